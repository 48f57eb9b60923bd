import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import type { Credentials } from "../store/doors/credentials.ts";
import type { CredentialDesk } from "./credential-desk.ts";
import { credentialSealName } from "./sealed-names.ts";
import type { Sealer } from "./sealer.ts";

/** Keeps credentials in the store, where only what is sealed ever lies. */
export function createCredentialDesk(sealer: Sealer, credentials: Credentials): CredentialDesk {
  return {
    put: ({ name, connection, value }, actor) => {
      const sealed = sealer.seal(credentialSealName({ name, connection }), Buffer.from(value.reveal()));
      return credentials.put({ name, connection, ...sealed }, actor);
    },
    open: async (name, connection) => {
      const found = await credentials.find(name);
      if (found === undefined || (found.connection !== undefined && found.connection !== connection)) {
        const why = found === undefined ? "there is none of that name" : `it is connection ${found.connection}'s`;
        throw new GatewayError("sealing/unknown-credential", `sealed:${name} of connection ${connection}: ${why}`);
      }
      return new Secret(sealer.open(credentialSealName(found), found.sealed).toString());
    },
  };
}
