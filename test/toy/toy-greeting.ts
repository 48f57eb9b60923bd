import type { CancelTalk, ClientDoor, LoginTalk, NoTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { provesTicket } from "@sallyport/shared/ticket-verifier";
import { errorLine } from "./toy-inspector.ts";
import { lineOf, readLine } from "./toy-lines.ts";

type Greeting = LoginTalk | CancelTalk | NoTalk;

const CANCEL_SECRET_BYTES = 8;

/** Reads `LOGIN user database token` or `CANCEL id secret`. */
export async function greetToyClient(door: ClientDoor): Promise<Greeting> {
  try {
    return await greet(door);
  } catch (reason) {
    const error = GatewayError.from(reason);
    await door.stream.write(errorLine(error));
    throw error;
  }
}

async function greet(door: ClientDoor): Promise<Greeting> {
  const { stream, maxMessageBytes, plaintextAllowed } = door;
  const line = await readLine(stream, maxMessageBytes);
  if (line === undefined) return { kind: "gone" };
  const [word, first = "", second = "", token = ""] = line.split(" ");
  if (word === "CANCEL") return { kind: "cancel", key: { id: Number(first), secret: Buffer.from(second, "hex") } };
  if (word !== "LOGIN" || token === "") throw new GatewayError("protocol/malformed", "the first line is no login");
  if (!plaintextAllowed) throw new GatewayError("login/encryption-required", "this client is on another host");
  return {
    kind: "login",
    hello: { user: first, database: second === "-" ? undefined : second, settings: {}, encrypted: false },
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
