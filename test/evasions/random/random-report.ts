import { table } from "../report.ts";
import type { RandomResult } from "./run-random.ts";

const SHOWN = 20;
/** The name of a column with all that it is in, which would keep like reasons apart. */
const COLUMN = /\b\w+(\.\w+){3}\b/g;

/** Of the valid queries that touch masked columns, how many of a hundred were refused. */
export function refusedPercent(results: readonly RandomResult[]): number {
  const touching = results.filter(({ query, outcome }) => query.touchesMasked && outcome !== "invalid");
  return (touching.filter(({ outcome }) => outcome === "refused").length * 100) / Math.max(1, touching.length);
}

/** The queries that are not as they must be, with what is wrong. */
export function randomFaults(results: readonly RandomResult[], seed: number): readonly string[] {
  return results.flatMap(({ query, mode, fault, words }) =>
    fault === undefined ? [] : [`${fault} (seed ${seed}, ${mode}): ${query.steps.join("; ")} ${words}`],
  );
}

/** For each kind of expression how many of the queries that have it and touch masked columns were refused, and what was said to how many. */
export function randomReport(results: readonly RandomResult[]): string {
  const valid = results.filter(({ outcome }) => outcome !== "invalid");
  const touching = valid.filter(({ query }) => query.touchesMasked);
  const kinds = [...new Set(touching.flatMap(({ query }) => [...query.kinds]))].toSorted();
  const rows = kinds
    .map((kind) => {
      const having = touching.filter(({ query }) => query.kinds.has(kind));
      const refused = having.filter(({ outcome }) => outcome === "refused").length;
      return { kind, count: having.length, refused, percent: Math.round((refused * 100) / having.length) };
    })
    .toSorted((a, b) => b.percent - a.percent)
    .map(({ kind, count, refused, percent }) => [kind, `${count}`, `${refused}`, `${percent} %`]);
  const refused = touching.filter(({ outcome }) => outcome === "refused");
  const said = [...Map.groupBy(refused, ({ words }) => words.replace(COLUMN, "…"))].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return [
    `${results.length} queries, of which ${results.length - valid.length} mean nothing to the server.`,
    `${touching.length} touch masked columns, of which ${refused.length} were refused (${refusedPercent(results).toFixed(1)} %).`,
    "",
    table([["kind", "queries", "refused", ""], ...rows]),
    "",
    ...said.map(([words, queries]) => `${queries.length} × ${words}`),
    "",
    ...refused.slice(0, SHOWN).map(({ query, words }) => `${query.steps.join("; ")}\n  ${words}`),
  ].join("\n");
}
