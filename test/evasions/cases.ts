import { readFileSync } from "node:fs";

/**
 * `masked` must run without a leak, `safe` may also be refused, `alike` too, and shows nothing but the same in all rows, `refused` must be,
 * `benign` must give what it gives directly.
 */
export const expectations = ["masked", "safe", "alike", "refused", "benign"] as const;
export type Expectation = (typeof expectations)[number];

/** One thing that the client does: a text with or without parameters, or the data of the COPY before it. */
export type Step =
  | { readonly kind: "sql"; readonly sql: string; readonly params: readonly (string | null)[] | undefined }
  | { readonly kind: "copy-in"; readonly data: string };

/** One attempt of a restricted principal, on a connection of its own. */
export interface EvasionCase {
  readonly id: string;
  readonly family: string;
  readonly how: string;
  readonly steps: readonly Step[];
  readonly expect: Expectation;
  /** Run directly afterwards; it must give one row with one value, true. */
  readonly check: string | undefined;
}

/** The cases of a file of JSON lines; throws with the line's number at the first that is none. */
export function readCases(file: string): readonly EvasionCase[] {
  const cases = readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [parseCase(line, `${file}:${index + 1}`)]));
  const twice = cases.find(({ id }, index) => cases.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new Error(`${file}: there are two cases ${twice.id}`);
  return cases;
}

/** Everything that the client of a case sends: what comes back of it is no leak. */
export function sentText({ steps }: EvasionCase): string {
  return steps.flatMap((step) => (step.kind === "sql" ? [step.sql, ...(step.params ?? [])] : [step.data])).join("\n");
}

function parseCase(line: string, where: string): EvasionCase {
  const fault = (what: string): Error => new Error(`${where}: ${what}`);
  const read: unknown = JSON.parse(line);
  if (!isObject(read)) throw fault("a case is an object");
  const text = (key: string): string => {
    const value = read[key];
    if (typeof value !== "string") throw fault(`"${key}" must be a text`);
    return value;
  };
  const { sql, check } = read;
  if (!Array.isArray(sql) || sql.length === 0) throw fault('"sql" must be a list of steps');
  const expect = expectations.find((known) => known === read["expect"]);
  if (expect === undefined) throw fault(`"expect" must be one of ${expectations.join(", ")}`);
  if (check !== undefined && typeof check !== "string") throw fault('"check" must be a text');
  const steps = sql.map((step: unknown) => parseStep(step, fault));
  return { id: text("id"), family: text("kind"), how: text("how"), steps, expect, check };
}

function parseStep(step: unknown, fault: (what: string) => Error): Step {
  if (typeof step === "string") return { kind: "sql", sql: step, params: undefined };
  if (!isObject(step)) throw fault("a step must be a text or an object");
  const { sql, params = [], copyIn } = step;
  if (typeof copyIn === "string") return { kind: "copy-in", data: copyIn };
  if (typeof sql !== "string" || !Array.isArray(params)) throw fault('a step must be a text, {"sql"} or {"copyIn"}');
  return { kind: "sql", sql, params: params.map((value: unknown) => parseParam(value, fault)) };
}

function parseParam(value: unknown, fault: (what: string) => Error): string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return value.toString();
  throw fault("a parameter must be a text, a number, true, false or null");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
