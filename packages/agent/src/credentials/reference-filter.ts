import { realpathSync } from "node:fs";
import { relative, resolve } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";

/** Throws `agent/credential-unavailable` for a reference that a connection may not name. */
export type ReferenceFilter = (reference: string) => void;

/** What connections may name on this agent's host is decided by the agent's own configuration, whoever writes the connections. */
export function createReferenceFilter(allowed: readonly string[], privateFolder?: string): ReferenceFilter {
  const patterns = allowed.map(patternOf);
  return (reference) => {
    if (patterns.some((pattern) => pattern.test(reference)) && !liesIn(privateFolder, reference)) return;
    const why = "this agent's configuration does not let connections name it";
    throw new GatewayError("agent/credential-unavailable", `credential ${reference}: ${why}`);
  };
}

/** By whatever way: `/proc/self/cwd` leads there too. */
function liesIn(folder: string | undefined, reference: string): boolean {
  const path = /^file:(.+)$/s.exec(reference)?.[1];
  if (folder === undefined || path === undefined) return false;
  return !relative(real(folder), real(path)).startsWith("..");
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function patternOf(pattern: string): RegExp {
  const literals = pattern.split("*").map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join(".*")}$`, "s");
}
