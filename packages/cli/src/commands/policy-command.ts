import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readCases, type PolicyCase } from "@sallyport/gateway/policy/cases/policy-case";
import { subjectOf, tryCase } from "@sallyport/gateway/policy/cases/try-case";
import { explanationLines } from "@sallyport/gateway/policy/explain/explanation-lines";
import { catalogOutline, type CatalogOutline } from "@sallyport/gateway/policy/lint/catalog-outline";
import { lintPolicies } from "@sallyport/gateway/policy/lint/lint-policies";
import { createPolicyEngine } from "@sallyport/gateway/policy/policy-engine";
import { CommandFailure } from "../command-failure.ts";
import { outlineDatabase } from "../servers/postgres-outline.ts";
import { readerOf } from "../servers/postgres-reader.ts";
import { claimsOf, kindOf } from "../policy/principal-words.ts";
import { readPolicies, storeOf } from "../policy/read-policies.ts";
import { readConfig } from "../read-config.ts";

/** Whose statement is explained. */
export interface ExplainOptions {
  readonly database: string;
  readonly principal: string;
  readonly connection: string;
  readonly kind: string;
  readonly group: readonly string[];
  readonly claims: string;
}

/** Prints what in a folder's policies does nothing; fails where there is such. */
export async function lintFolder(folder: string, options: { readonly catalog?: string }): Promise<void> {
  const outline =
    options.catalog === undefined ? undefined : await readConfig<CatalogOutline>(options.catalog, catalogOutline);
  const { policies } = await readPolicies(folder);
  const findings = lintPolicies(policies, outline);
  for (const { policy, path, sentence } of findings) console.log(`policy "${policy}": ${path} ${sentence}`);
  if (findings.length > 0)
    throw new CommandFailure(
      `${findings.length} findings in ${policies.length} policies.`,
      "Correct or remove what does nothing.",
    );
  console.log(`${policies.length} policies, nothing to say.`);
}

/** Prints the names of a database's objects as `policy lint --catalog` reads them. */
export async function printCatalog(options: { readonly database: string }): Promise<void> {
  console.log(JSON.stringify(await outlineDatabase(options.database)));
}

/** Runs the cases beside a folder's policies; fails where one comes out otherwise than expected. */
export async function testFolder(folder: string, options: { readonly database: string }): Promise<void> {
  const snapshot = await readPolicies(folder);
  const cases = await casesIn(folder);
  const { database, readSql } = await readerOf(options.database);
  const engine = createPolicyEngine(storeOf(snapshot));
  let failed = 0;
  for (const { place, one } of cases) {
    const own = snapshot.connections.get(one.connection)?.database ?? database;
    const outcome = await tryCase(one, own, engine, readSql);
    if (outcome === undefined) continue;
    failed += 1;
    console.log(`${place}: expected ${describe(one.expect)}, but ${outcome}`);
  }
  if (failed > 0)
    throw new CommandFailure(`${failed} of ${cases.length} cases failed.`, "Correct the policies or the cases.");
  console.log(`${cases.length} cases passed.`);
}

/** Prints all that the decision of each statement of a text rests on. */
export async function explainText(folder: string, sql: string, options: ExplainOptions): Promise<void> {
  const snapshot = await readPolicies(folder);
  const { principal: name, connection, group } = options;
  const principal = { name, kind: kindOf(options.kind), groups: [...group], claims: claimsOf(options.claims) };
  const { database, readSql } = await readerOf(options.database);
  const own = snapshot.connections.get(connection)?.database ?? database;
  const view = createPolicyEngine(storeOf(snapshot)).viewFor(subjectOf({ principal, connection }, own));
  for (const statement of await readSql(sql)) {
    console.log([statement.text, ...explanationLines(view.explain(statement))].join("\n"));
  }
}

async function casesIn(folder: string): Promise<readonly { readonly place: string; readonly one: PolicyCase }[]> {
  const files = [];
  for await (const file of glob("**/*.cases.{yaml,yml}", { cwd: folder })) files.push(file);
  const read = await Promise.all(
    files.toSorted().map(async (file) => readCases(file, await readFile(join(folder, file), "utf8"))),
  );
  const problems = read.flatMap((file) => file.problems);
  if (problems.length > 0)
    throw new CommandFailure(["The cases are not valid:", ...problems].join("\n  "), "Correct them.");
  return read.flatMap((file) => file.cases);
}

function describe(expectation: PolicyCase["expect"]): string {
  return typeof expectation === "string" ? expectation : `masked ${expectation.masked.join(", ")}`;
}
