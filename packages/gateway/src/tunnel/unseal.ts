import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { CredentialDesk } from "../sealing/credential-desk.ts";

const SEALED = "sealed:";

/** Puts the password that the gateway keeps into a request that names one. */
export type Unseal = (request: OpenSession) => Promise<OpenSession>;

/** Whether a request's password is one that the gateway keeps: `sealed:NAME`. */
export function isSealed({ credential }: Pick<OpenSession, "credential">): boolean {
  return credential.password?.startsWith(SEALED) === true;
}

/** It is done at the end where the agent's tunnel is, as late as possible. Rejects as `CredentialDesk.open` does. */
export function createUnseal(credentials: CredentialDesk): Unseal {
  return async (request) => {
    const { password } = request.credential;
    if (password === undefined || !isSealed(request)) return request;
    const { user } = request.credential;
    const secret = await credentials
      .open(password.slice(SEALED.length), request.connection)
      .catch((reason: unknown) => {
        throw GatewayError.from(reason, "sealing/not-opened");
      });
    return { ...request, credential: { user, secret } };
  };
}
