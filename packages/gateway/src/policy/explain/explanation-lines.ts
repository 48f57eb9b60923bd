import { pathText } from "./mask-words.ts";
import type { ExplainedOutput, ExplainedSource, ExplainedVerb, Explanation } from "./explain-decision.ts";

/** An explanation for people, line by line. */
export function explanationLines(explanation: Explanation): readonly string[] {
  const { decision, because, verbs, relations, outputs, finds, calls, facts, limits, unknownBecause, version } =
    explanation;
  return [
    decision === "allow" ? "allowed" : `refused: ${because}`,
    ...section("verbs", verbs.map(verbLine)),
    ...section(
      "tables",
      relations.map(
        ({ verb, name, columns }) => `${verb} ${name}${columns === undefined ? "" : ` (${columns.join(", ")})`}`,
      ),
    ),
    ...section(decision === "allow" ? "result" : "result, were it allowed", (outputs ?? []).map(outputLine)),
    ...section(
      "found in its texts",
      finds.map(({ what, mask }) => `${what}: ${mask}`),
    ),
    ...section("functions", calls),
    ...section("facts", facts),
    ...section("limits", limitLines(limits)),
    ...section("not known", unknownBecause === undefined ? [] : [unknownBecause]),
    `documents: ${version}`,
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function verbLine({ verb, verdict, rules, because }: ExplainedVerb): string {
  const by = rules.length === 0 ? "" : ` by ${rules.join(", ")}`;
  return `${verb}: ${verdict}${by}${because === undefined ? "" : `: ${because}`}`;
}

function outputLine({ name, sources, mask }: ExplainedOutput): string {
  const shown = mask === undefined ? "as it is" : mask;
  return `${name}: ${shown}${sources.length === 0 ? "" : `, from ${sources.map(sourceText).join(", ")}`}`;
}

function limitLines(limits: Explanation["limits"]): readonly string[] {
  const { timeoutMs, ...counts } = limits ?? {};
  const lines = Object.entries(counts).flatMap(([name, limit]) => (limit === undefined ? [] : `${name} ${limit}`));
  return timeoutMs === undefined ? lines : [...lines, `timeout ${timeoutMs / 1000}s`];
}

function sourceText({ column, path, manner, mask }: ExplainedSource): string {
  const part = path.length === 0 ? "" : ` at ${pathText(path)}`;
  const what = [manner === "same" ? [] : [manner], mask === undefined ? [] : [`masked ${mask}`]].flat();
  return `${column}${part}${what.length === 0 ? "" : ` (${what.join(", ")})`}`;
}
