import { GatewayError } from "@sallyport/shared/errors";
import { readReference } from "@sallyport/shared/references/read-reference";
import type { Secret } from "@sallyport/shared/secret";
import { createReferenceFilter } from "./reference-filter.ts";

/** A credential's value for a reference of a connection. Rejects with `agent/credential-unavailable`, which names the reference and never the value. */
export type ReadCredential = (reference: string) => Promise<Secret<string>>;

/** Resolves references on the agent's host, but only those that the agent's own configuration lets connections name. */
export function createCredentialReader(allowed: readonly string[], privateFolder?: string): ReadCredential {
  const assertAllowed = createReferenceFilter(allowed, privateFolder);
  return async (reference) => {
    assertAllowed(reference);
    try {
      return await readReference(reference);
    } catch (reason) {
      // words and no `cause`: what a command printed could hang on one
      const why = reason instanceof Error ? reason.message : String(reason);
      throw new GatewayError("agent/credential-unavailable", `credential ${reference}: ${why}`);
    }
  };
}
