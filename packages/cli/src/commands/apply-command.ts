import { applyAnswer } from "@sallyport/gateway/api/contract/apply";
import type { z } from "zod";
import { openClient, type ApiClient } from "../client/api-client.ts";
import { ask } from "../ask.ts";
import { readDocuments, withPlaces, type FolderDocuments } from "../client/read-documents.ts";
import { describeTarget, type GatewayOptions } from "../client/target.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { note, print } from "../output/print.ts";
import { shown, shownLines } from "../output/shown.ts";

type Plan = z.infer<typeof applyAnswer>;

/** The options of `sallyport apply`. */
export interface ApplyOptions extends GatewayOptions {
  readonly file: string;
  readonly dryRun: boolean;
  readonly prune: boolean;
  readonly yes: boolean;
  readonly json?: boolean;
}

/** Makes a folder of documents true, all of them or none, after having shown what that changes. */
export async function applyFolder(options: ApplyOptions): Promise<void> {
  const documents = await readDocuments(options.file);
  const client = await openClient(options);
  const plan = await send(client, documents, { ...options, dryRun: true });
  for (const warning of plan.warnings) note(`warning: ${shown(withPlaces(warning, documents))}`);
  if (options.json !== true && plan.changes.length > 0) console.log(differenceOf(plan));
  if (options.dryRun || plan.changes.length === 0) {
    print(options, plan, () => summaryOf(plan, options));
    return;
  }
  await agreed(client, plan, options);
  // what was shown is what is done, or nothing
  const applied = await send(client, documents, { ...options, dryRun: false, expectedRevision: plan.revision });
  print(options, applied, () => `${summaryOf(applied, options)} The documents are at revision ${applied.revision}.`);
}

async function send(
  client: ApiClient,
  documents: FolderDocuments,
  options: Pick<ApplyOptions, "dryRun" | "prune"> & { readonly expectedRevision?: number },
): Promise<Plan> {
  const { dryRun, prune, expectedRevision } = options;
  const body = {
    documents: documents.values,
    dryRun,
    prune,
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
  };
  try {
    return await client.send("POST", "/v1/apply", body, applyAnswer);
  } catch (reason) {
    if (!(reason instanceof CommandFailure)) throw reason;
    throw new CommandFailure(withPlaces(reason.message, documents), reason.nextStep, reason, reason.exitCode);
  }
}

function differenceOf({ changes }: Plan): string {
  const words = { create: "new", change: "changed", delete: "deleted" };
  const colours = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  return changes
    .map(({ action, kind, name, difference }) => {
      const lines = difference.map((line) => `  ${colours ? coloured(shownLines(line)) : shownLines(line)}`);
      return [`${words[action]}: ${kind} ${shown(name)}`, ...lines, ""].join("\n");
    })
    .join("\n");
}

function coloured(line: string): string {
  if (line.startsWith("+")) return `\u001b[32m${line}\u001b[39m`;
  return line.startsWith("-") ? `\u001b[31m${line}\u001b[39m` : line;
}

function summaryOf({ changes, unchanged, extra, dryRun }: Plan, { prune }: ApplyOptions): string {
  const counted = (action: string): number => changes.filter((change) => change.action === action).length;
  const sentences = [
    `${dryRun ? "It would be" : "Done:"} ${counted("create")} new, ${counted("change")} changed, ${counted("delete")} deleted, ${unchanged.length} as they were.`,
  ];
  if (changes.length === 0) sentences[0] = `Nothing to change: ${unchanged.length} documents are as they are here.`;
  if (!prune && extra.length > 0) {
    const names = extra.map(({ kind, name }) => `${kind} ${shown(name)}`).join(", ");
    sentences.push(`The gateway also has ${names}; --prune deletes what is not in the folder.`);
  }
  return sentences.join(" ");
}

/** A person is asked; a program has said by calling that it wants this. */
async function agreed(client: ApiClient, { changes }: Plan, { yes, json }: ApplyOptions): Promise<void> {
  if (yes || json === true || !process.stdin.isTTY || !process.stdout.isTTY) return;
  const deleted = changes.filter(({ action }) => action === "delete").length;
  const count = changes.length === 1 ? "1 change" : `${changes.length} changes`;
  const what = deleted === 0 ? count : `${count}, ${deleted} of them deletions,`;
  const answer = (await ask(`Apply ${what} to ${describeTarget(client.target)}? [y/N] `, "seen")) ?? "";
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new CommandFailure(
    "Nothing was changed.",
    "Run it again when it is what you want.",
    undefined,
    exitCodes.failed,
  );
}
