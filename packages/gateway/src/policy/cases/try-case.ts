import type { Decision } from "../decision.ts";
import type { PolicyEngine } from "../policy-engine.ts";
import type { PolicySubject } from "../policy-subject.ts";
import type { ReadSql } from "../read-sql.ts";
import type { PolicyCase } from "./policy-case.ts";

/** Tries one case; undefined where it came out as expected, else what came out. `database` is the connection's own. */
export async function tryCase(
  one: PolicyCase,
  database: string | undefined,
  engine: PolicyEngine,
  readSql: ReadSql,
): Promise<string | undefined> {
  const view = engine.viewFor(subjectOf(one, database));
  const statements = await readSql(one.sql);
  return compare(
    one,
    statements.map((statement) => view.decide(statement)),
  );
}

/** Whose statement a case is about. */
export function subjectOf(
  { principal, connection, database }: Pick<PolicyCase, "principal" | "connection" | "database">,
  own: string | undefined,
): PolicySubject {
  const named =
    typeof principal === "string" ? ({ name: principal, kind: "human", groups: [], claims: {} } as const) : principal;
  return { principal: named, connection, database: database ?? own };
}

function compare({ expect, because }: PolicyCase, decisions: readonly Decision[]): string | undefined {
  const denial = decisions.find((decision) => decision.kind === "deny");
  if (denial !== undefined) {
    if (expect !== "deny") return `it is refused: ${denial.because}`;
    if (because === undefined || denial.because.includes(because)) return undefined;
    return `it is refused for another reason: ${denial.because}`;
  }
  const masked = decisions.flatMap((decision) => (decision.kind === "allow" ? decision.masked : []));
  if (expect === "deny") return "it is allowed";
  const wanted = expect === "allow" ? [] : expect.masked;
  if ([...wanted].toSorted().join("\0") === masked.toSorted().join("\0")) return undefined;
  return masked.length === 0 ? "nothing is masked" : `masked is ${masked.join(", ")}`;
}
