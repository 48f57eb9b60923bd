import type { EvasionCase } from "./cases.ts";
import { errorsIn } from "./received.ts";
import type { ModeResult } from "./run-case.ts";

const SHOWN_SQL = 400;

/** A case and what became of it in each mode. */
export interface CaseResult {
  readonly evasion: EvasionCase;
  readonly results: readonly ModeResult[];
}

/** Whether a case is as it must be in every mode. */
export function isPassed({ results }: CaseResult): boolean {
  return results.every(({ failures }) => failures.length === 0);
}

/** A line for each family: how many cases, in how many runs, and how they went. */
export function familyTable(all: readonly CaseResult[]): string {
  const families = Map.groupBy(all, ({ evasion }) => evasion.family);
  const rows = [...families].map(([family, cases]) => {
    const runs = cases.flatMap(({ results }) => results);
    const count = (holds: (run: ModeResult) => boolean): string => runs.filter(holds).length.toString();
    const failed = (what: string): string => count(({ failures }) => failures.some((failure) => failure.what === what));
    return [
      family,
      cases.length.toString(),
      cases.filter(isPassed).length.toString(),
      runs.length.toString(),
      count(({ outcome }) => outcome === "ran"),
      count(({ outcome }) => outcome === "refused"),
      count(({ outcome }) => outcome === "failed"),
      ...["leaked", "ran", "harmed", "hindered", "lost"].map(failed),
    ];
  });
  const head = [
    "family",
    "cases",
    "passed",
    "runs",
    "ran",
    "refused",
    "error",
    "LEAKED",
    "RAN",
    "HARMED",
    "HINDERED",
    "LOST",
  ];
  return table([head, ...rows]);
}

/** All that is wrong with a case, with its text and the server's or the gateway's words. */
export function failureText({ evasion, results }: CaseResult): string {
  const wrong = results.filter(({ failures }) => failures.length > 0);
  const lines = wrong.flatMap(({ mode, failures, answers }) => [
    ...failures.map(({ what, detail }) => `  ${mode}: ${what}: ${detail}`),
    ...errorsIn(answers.flatMap(({ messages }) => messages)).map(({ code, message, detail }) =>
      `    ${code} ${message} ${detail}`.trimEnd(),
    ),
  ]);
  const text = [`${evasion.id} (${evasion.how}), must be ${evasion.expect}`, ...lines, ...sqlLines(evasion)].join("\n");
  // a terminal obeys some characters, and the results may be binary
  return text.replaceAll(/[^\n\x20-\x7e]/g, "·");
}

/** What happened to a case, in one line. */
export function caseLine({ evasion, results }: CaseResult): string {
  const outcomes = results.map(({ mode, outcome, failures }) => {
    const failed = failures.map(({ what }) => what.toUpperCase()).join("+");
    return `${mode} ${failed === "" ? outcome : failed}`;
  });
  return `${evasion.id} [${evasion.expect}] ${outcomes.join(", ")}`;
}

function sqlLines({ steps }: EvasionCase): readonly string[] {
  return steps.map((step) => {
    const text = step.kind === "sql" ? step.sql : `(data) ${step.data}`;
    const params = step.kind === "sql" && step.params !== undefined ? ` with ${JSON.stringify(step.params)}` : "";
    return `  > ${text.slice(0, SHOWN_SQL)}${text.length > SHOWN_SQL ? " …" : ""}${params}`;
  });
}

/** Columns as wide as what is in them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  "),
    )
    .join("\n");
}
