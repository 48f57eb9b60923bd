import { z } from "zod";
import { nearestWord } from "./nearest-word.ts";

/** One thing wrong with a document, for its author. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly sentence: string;
}

const MAX_COMPLAINTS = 20;

/** Puts what a schema found into sentences. `document` is what was checked; values are quoted only where words are to be chosen from. */
export function describeIssues(
  schema: z.ZodType,
  document: unknown,
  issues: readonly z.core.$ZodIssue[],
): readonly Complaint[] {
  return issues.slice(0, MAX_COMPLAINTS).flatMap((issue) => describeIssue(schema, document, issue, []));
}

function describeIssue(
  schema: z.ZodType,
  document: unknown,
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
): readonly Complaint[] {
  const path = [...above, ...issue.path];
  const value = valueAt(document, path);
  const say = (sentence: string): readonly Complaint[] => [{ path, sentence }];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      return issue.keys
        .slice(0, MAX_COMPLAINTS)
        .map((key) => ({ path: [...path, key], sentence: describeUnknownKey(key, known) }));
    }
    case "invalid_union": {
      const branch =
        typeof value === "object" && value !== null
          ? nearestBranch(issue.errors, value)?.slice(0, MAX_COMPLAINTS)
          : undefined;
      return branch?.flatMap((inner) => describeIssue(schema, document, inner, path)) ?? say(`${issue.message}.`);
    }
    case "invalid_type":
      if (value === undefined) return say("is missing; add it.");
      return say(`must be ${withArticle(issue.expected)}, but is ${kindOf(value)}.${quoteHint(issue.expected, value)}`);
    case "invalid_value":
      if (value === undefined) return say("is missing; add it.");
      return say(describeChoice(value, issue.values));
    case "too_small":
      return say(issue.origin === "number" ? `must be at least ${issue.minimum}.` : "must not be empty.");
    case "too_big":
      return say(`must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}.`);
    default:
      return say(`${issue.message}.`);
  }
}

function describeUnknownKey(key: string, known: readonly string[]): string {
  // known, yet refused: the other form of what stands here has it
  if (known.includes(key)) return "cannot stand beside the other keys here; write two entries.";
  const nearest = nearestWord(key, known);
  if (nearest !== undefined) return `is not a known key; did you mean "${nearest}"?`;
  return `is not a known key; here are known: ${known.join(", ")}.`;
}

function describeChoice(value: unknown, values: readonly unknown[]): string {
  const words = values.map(String);
  if (typeof value !== "string" || value.length > 64) return `must be one of: ${words.join(", ")}.`;
  const nearest = nearestWord(value, words);
  if (nearest !== undefined) return `"${value}" is not known; did you mean "${nearest}"?`;
  return `"${value}" is not known; choose one of: ${words.join(", ")}.`;
}

/** What is wrong with the form that the author had in mind: the one with the fewest unknown and missing keys. */
function nearestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
): readonly z.core.$ZodIssue[] | undefined {
  const isMissing = (issue: z.core.$ZodIssue): boolean => valueAt(value, issue.path) === undefined;
  const misfit = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => {
      if (issue.code === "unrecognized_keys") return sum + issue.keys.length;
      return sum + (isMissing(issue) ? 1 : 0);
    }, 0);
  const best = branches.toSorted((a, b) => misfit(a) - misfit(b))[0] ?? [];
  // a form of which nothing is there is not what was meant
  const wrong = best.filter((issue) => !isMissing(issue));
  return wrong.length === 0 ? undefined : wrong;
}

/** The keys that a schema knows at a path, in all its forms. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: readonly z.core.JSONSchema._JSONSchema[] = [z.toJSONSchema(schema, { io: "input" })];
  for (const step of path) {
    at = forms(at).flatMap((form) => {
      const next = typeof step === "number" ? form.items : form.properties?.[String(step)];
      return Array.isArray(next) || next === undefined ? [] : [next];
    });
  }
  return [...new Set(forms(at).flatMap((form) => Object.keys(form.properties ?? {})))];
}

function forms(schemas: readonly z.core.JSONSchema._JSONSchema[]): readonly z.core.JSONSchema.JSONSchema[] {
  return schemas.flatMap((schema) => (typeof schema === "boolean" ? [] : [schema, ...forms(schema.anyOf ?? [])]));
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let at = document;
  for (const step of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return at;
}

function kindOf(value: unknown): string {
  if (value === null) return "left empty";
  return withArticle(Array.isArray(value) ? "array" : typeof value);
}

function withArticle(kind: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    array: "a list",
    object: "a group of keys",
    record: "a group of keys",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return names[kind] ?? kind;
}

function quoteHint(expected: string, value: unknown): string {
  return expected === "string" && (typeof value === "number" || typeof value === "boolean") ? " Put it in quotes." : "";
}
