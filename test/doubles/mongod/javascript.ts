import { runInNewContext } from "node:vm";
import { isDocument, type BsonDocument } from "./bson-document.ts";

/** How long a `$where` with `sleep(N)` in it keeps the server busy: it is the documented way to a command that lasts. */
export function sleepIn(filter: BsonDocument): number {
  return Object.entries(filter).reduce((total, [name, value]) => {
    if (name === "$where" || name === "body") return total + Number(/\bsleep\((\d+)\)/.exec(String(value))?.[1] ?? 0);
    if (Array.isArray(value)) return total + value.filter(isDocument).reduce((sum, item) => sum + sleepIn(item), 0);
    return isDocument(value) ? total + sleepIn(value) : total;
  }, 0);
}

/** Makes functions of the texts that the server would run: `mingo` wants them so. */
export function withFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFunctions);
  if (!isDocument(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      ["$where", "body", "init", "accumulate", "merge", "finalize"].includes(name) && isCode(inner)
        ? [name, functionOf(codeText(inner))]
        : [name, withFunctions(inner)],
    ),
  );
}

function isCode(value: unknown): value is string | { readonly code: string } {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && "code" in value && typeof value.code === "string";
}

function codeText(value: string | { readonly code: string }): string {
  return typeof value === "string" ? value : value.code;
}

function functionOf(text: string): unknown {
  const isFunction = /^\s*function\b/.test(text);
  // the waiting is done before
  return runInNewContext(isFunction ? `(${text})` : `(function () { return (${text}); })`, { sleep: () => true });
}
