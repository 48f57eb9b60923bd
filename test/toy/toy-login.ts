import type { ClientDoor, LoginTalk } from "@sallyport/shared/adapter";
import { Secret } from "@sallyport/shared/secret";
import { provesTicket } from "@sallyport/shared/ticket-verifier";
import { errorLine, lineOf } from "./toy-lines.ts";

const CANCEL_SECRET_BYTES = 8;

/** The login of a line that said everything; a client that says another one later is told the same key again. */
export function toyLogin(door: ClientDoor, user: string, database: string, token: string): LoginTalk {
  const { stream } = door;
  return {
    kind: "login",
    hello: { user, database: database === "-" ? undefined : database, settings: {}, encrypted: false },
    askToken: () => Promise.resolve(new Secret(token)),
    askProof: (verifier) => provesTicket(new Secret(token), verifier),
    welcome: async (permit, facts) => {
      permit.spend();
      const { id, secret } = door.mintCancelKey(CANCEL_SECRET_BYTES);
      await stream.write(lineOf("OK", facts.version, String(id), secret.toString("hex")));
    },
    reject: async (error) => {
      await stream.write(errorLine(error));
    },
  };
}
