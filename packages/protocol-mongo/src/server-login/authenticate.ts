import { createHash } from "node:crypto";
import { GatewayError } from "@sallyport/shared/errors";
import { createScramClient } from "@sallyport/shared/scram/scram-client";
import { scramSha1, scramSha256, type ScramHash } from "@sallyport/shared/scram/scram-hash";
import { Secret } from "@sallyport/shared/secret";
import { find } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { binaryOf, isTruthy, valueIn, wholeNumberOf } from "../bson/read-value.ts";
import type { BsonObject } from "../bson/encode-document.ts";
import type { ServerCommands } from "./server-commands.ts";
import { acceptedBy } from "./server-error.ts";

/** Fewer would let whoever plays the server try out passwords at ease; all drivers draw the line here. */
const MIN_ITERATIONS = 4096;

/** With what the agent logs in. */
export type ServerCredential =
  | { readonly kind: "none" }
  /** The certificate of the TLS connection, whose subject is the account. */
  | { readonly kind: "certificate" }
  | { readonly kind: "password"; readonly user: string; readonly password: Secret<string>; readonly source: string };

/** Logs in. `mechanisms` are those that the server said the account has. */
export async function authenticate(
  commands: ServerCommands,
  credential: ServerCredential,
  mechanisms: readonly string[] | undefined,
): Promise<void> {
  switch (credential.kind) {
    case "none":
      return;
    case "certificate":
      acceptedBy(await commands.ask({ authenticate: 1, mechanism: "MONGODB-X509" }, "$external"));
      return;
    case "password":
      await proveToServer(commands, credential, hashFor(mechanisms));
  }
}

function hashFor(mechanisms: readonly string[] | undefined): ScramHash {
  const isOld = mechanisms?.includes(scramSha256.name) === false && mechanisms.includes(scramSha1.name);
  return isOld ? scramSha1 : scramSha256;
}

/** By SCRAM, in which the server has to prove that it knows the password too. */
async function proveToServer(
  commands: ServerCommands,
  { user, password, source }: ServerCredential & { kind: "password" },
  hash: ScramHash,
): Promise<void> {
  const scram = createScramClient({
    user,
    password: hash === scramSha1 ? digested(user, password) : password,
    binding: { kind: "impossible" },
    hash,
  });
  const step = async (command: BsonObject): Promise<SaslStep> =>
    saslStep(acceptedBy(await commands.ask(command, source)));
  const start = Buffer.from(scram.first());
  const options = { skipEmptyExchange: true };
  const challenge = await step({ saslStart: 1, mechanism: hash.name, payload: start, options });
  const { conversationId } = challenge;
  checkIterations(challenge.text);
  const proof = Buffer.from(await scram.final(challenge.text));
  const proven = await step({ saslContinue: 1, conversationId, payload: proof });
  scram.verify(proven.text);
  if (proven.done) return;
  const last = await step({ saslContinue: 1, conversationId, payload: Buffer.alloc(0) });
  if (!last.done) throw malformed("it does not end");
}

interface SaslStep {
  readonly conversationId: number;
  readonly done: boolean;
  readonly text: string;
}

function saslStep(reply: RawDocument): SaslStep {
  const payload = valueIn(reply, "payload", binaryOf);
  const conversationId = valueIn(reply, "conversationId", wholeNumberOf);
  if (payload === undefined || conversationId === undefined) throw malformed("a step has no payload or number");
  return { conversationId, done: isTruthy(find(reply, "done")), text: payload.toString("utf8") };
}

function checkIterations(serverFirst: string): void {
  const iterations = Number(/,i=(\d{1,10})(?:,|$)/.exec(serverFirst)?.[1] ?? MIN_ITERATIONS);
  if (iterations < MIN_ITERATIONS) {
    throw new GatewayError("server/login-failed", `SCRAM: the server asks for ${iterations} iterations only`);
  }
}

/** What stands for the password in SCRAM-SHA-1, as MongoDB had kept it before. */
function digested(user: string, password: Secret<string>): Secret<string> {
  return new Secret(createHash("md5").update(`${user}:mongo:${password.reveal()}`).digest("hex"));
}

function malformed(what: string): GatewayError {
  return new GatewayError("server/malformed", `the server's SASL conversation: ${what}`);
}
