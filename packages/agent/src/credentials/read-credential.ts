import { GatewayError } from "@sallyport/shared/errors";
import { readSmallFile } from "@sallyport/shared/files/read-small-file";
import { Secret } from "@sallyport/shared/secret";
import { normalize } from "node:path";
import { readCommandOutput } from "./command-output.ts";
import { createReferenceFilter } from "./reference-filter.ts";

/** A credential's value for a reference of a connection. Rejects with `agent/credential-unavailable`, which names the reference and never the value. */
export type ReadCredential = (reference: string) => Promise<Secret<string>>;

/** Resolves references on the agent's host, but only those that the agent's own configuration lets connections name. */
export function createCredentialReader(allowed: readonly string[]): ReadCredential {
  const assertAllowed = createReferenceFilter(allowed);
  return async (reference) => {
    assertAllowed(reference);
    const [, source, rest = ""] = /^(env|file|command):(.+)$/s.exec(reference) ?? [];
    try {
      switch (source) {
        case "env":
          return new Secret(withoutNewline(readVariable(rest)));
        case "file":
          return new Secret(withoutNewline(await readSmallFile(plainPath(rest))));
        case "command":
          return new Secret(withoutNewline(await readCommandOutput(rest)));
        default:
          throw new Error("it is neither env:, file: nor command:");
      }
    } catch (reason) {
      throw unavailable(reference, reason instanceof Error ? reason.message : String(reason));
    }
  };
}

/** The reason becomes words and no `cause`: what a command printed could hang on one. */
function unavailable(reference: string, why: string): GatewayError {
  return new GatewayError("agent/credential-unavailable", `credential ${reference}: ${why}`);
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error("the environment has no such variable");
  return value;
}

/** A path that leaves the folder it begins with would slip past a pattern. */
function plainPath(path: string): string {
  if (normalize(path) !== path) throw new Error("the path must be plain, without . and ..");
  return path;
}

/** Files and commands end with a newline that is not part of the secret. */
function withoutNewline(value: string): string {
  return value.replace(/\r?\n$/, "");
}
