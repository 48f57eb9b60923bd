import { shown } from "./shown.ts";

const MAX_TEXT = 500;

type Event = Readonly<Record<string, unknown>>;

/** One line of a recording, for people. What is not known here is shown as it came. */
export function eventLine(json: string): string {
  const event = eventOf(json);
  if (event === undefined) return shown(json);
  const at = text(event["at"]).slice(11, 23);
  return shown(`${at}  ${sentences[text(event["type"])]?.(event) ?? json}`);
}

const sentences: Readonly<Record<string, (event: Event) => string>> = {
  opened: (event) =>
    `opened by ${text(event["principal"])} from ${text(event["address"])} on ${text(event["connection"])}`,
  statement: (event) => `${decisionOf(event["decision"])}  ${oneLine(text(event["text"]))}`,
  outcome: ({ result, code, rows }) => `  ${text(result)}: ${text(code)}, ${typeof rows === "number" ? rows : 0} rows`,
  closed: (event) => `closed: ${text(event["reason"])}`,
};

function eventOf(json: string): Event | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function decisionOf(decision: unknown): string {
  if (typeof decision !== "object" || decision === null || !("kind" in decision)) return "?";
  if (decision.kind === "allow") {
    const masked = "masked" in decision && Array.isArray(decision.masked) ? decision.masked.map(String) : [];
    return masked.length === 0 ? "allowed" : `allowed, masked ${masked.join(", ")}`;
  }
  const rule = "rule" in decision && typeof decision.rule === "string" ? ` by ${decision.rule}` : "";
  return `refused${rule} (${"because" in decision ? text(decision.because) : ""})`;
}

function oneLine(statement: string): string {
  const line = statement.replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
