import type { CancelTalk, ClientDoor, LoginTalk, NoTalk, ScramVerifier } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { errorLine } from "./toy-inspector.ts";
import { lineOf } from "./toy-lines.ts";

const CANCEL_SECRET_BYTES = 8;

/** Reads `LOGIN user database token` or `CANCEL id secret`. */
export async function greetToyClient(door: ClientDoor): Promise<LoginTalk | CancelTalk | NoTalk> {
  const line = await readLine(door);
  if (line === undefined) return { kind: "gone" };
  const [word, first = "", second = "", token = ""] = line.split(" ");
  if (word === "CANCEL") return { kind: "cancel", key: { id: Number(first), secret: Buffer.from(second, "hex") } };
  if (word !== "LOGIN" || token === "")
    throw await told(door, new GatewayError("protocol/malformed", "the first line is no login"));
  if (!door.plaintextAllowed)
    throw await told(door, new GatewayError("login/encryption-required", "this client is on another host"));
  return {
    kind: "login",
    hello: { user: first, database: second === "-" ? undefined : second, settings: {}, encrypted: false },
    askToken: () => Promise.resolve(new Secret(token)),
    askProof: (verifier) => Promise.resolve(provesSecret(token, verifier)),
    welcome: async (permit, facts, mintCancelKey) => {
      permit.spend();
      const { id, secret } = mintCancelKey(CANCEL_SECRET_BYTES);
      await door.stream.write(lineOf("OK", facts.version, String(id), secret.toString("hex")));
    },
    reject: async (error) => {
      await door.stream.write(errorLine(error));
    },
  };
}

async function told(door: ClientDoor, error: GatewayError): Promise<GatewayError> {
  await door.stream.write(errorLine(error));
  return error;
}

/** The first line; what came behind it is put back. Undefined where the client left without a word. */
async function readLine(door: ClientDoor): Promise<string | undefined> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const newline = bytes.indexOf("\n");
    if (newline !== -1) {
      door.stream.unread(bytes.subarray(newline + 1));
      return bytes.toString("utf8", 0, newline);
    }
    if (bytes.length > door.maxMessageBytes)
      throw await told(door, new GatewayError("protocol/too-large", "the first line is too long"));
    const chunk = await door.stream.read();
    if (chunk === undefined) {
      if (bytes.length === 0) return undefined;
      throw new GatewayError("protocol/malformed", "the client ended inside its first line");
    }
    bytes = Buffer.concat([bytes, chunk]);
  }
}

/** The toy sends the secret itself; what it proves is the same as in SCRAM. */
function provesSecret(secret: string, { salt, iterations, storedKey }: ScramVerifier): boolean {
  const salted = pbkdf2Sync(secret, salt, iterations, storedKey.length, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  return timingSafeEqual(createHash("sha256").update(clientKey).digest(), storedKey);
}
