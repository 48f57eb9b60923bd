import type { ClientDoor, LoginTalk, NoTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { firstElement } from "../bson/elements.ts";
import { stringOf, valueIn } from "../bson/read-value.ts";
import { clientMetadata } from "../hello/client-metadata.ts";
import { helloReply, mechanisms } from "../hello/hello-reply.ts";
import { isHello, readHello, type HelloRequest } from "../hello/hello-request.ts";
import { MessageReader } from "../message-reader.ts";
import { LoginConversation } from "./login-conversation.ts";
import { MongoLoginTalk } from "./mongo-login-talk.ts";
import { readSaslStart, type SaslStart } from "./sasl-start.ts";

const TLS_HANDSHAKE = 0x16;
/** Drivers send none, tools a few before they give up. */
const MAX_REFUSED = 32;
const UNAUTHORIZED = 13;

/**
 * Answers a client's hellos and reads up to where it begins to log in, which some never do. When it rejects, the client was
 * told why and the connection is closed.
 */
export async function greetClient(door: ClientDoor): Promise<LoginTalk | NoTalk> {
  const { stream } = door;
  const reader = new MessageReader(stream, door.maxMessageBytes);
  const conversation = new LoginConversation(stream, reader);
  try {
    const encrypted = (await reader.peek()) === TLS_HANDSHAKE;
    if (encrypted) await stream.acceptTls({ secureContext: door.tls.context });
    return await greet(door, conversation, encrypted);
  } catch (reason) {
    if (isHangUp(reason)) {
      stream.destroy();
      return { kind: "gone" };
    }
    const error = GatewayError.from(reason);
    await conversation.end(error);
    throw error;
  }
}

/** Port checks often end with a reset. */
function isHangUp(error: unknown): boolean {
  return (
    error instanceof Error && error.cause instanceof Error && "code" in error.cause && error.cause.code === "ECONNRESET"
  );
}

async function greet(
  door: ClientDoor,
  conversation: LoginConversation,
  encrypted: boolean,
): Promise<LoginTalk | NoTalk> {
  let settings: Readonly<Record<string, string>> = {};
  const begin = (start: SaslStart, speculated: HelloRequest | undefined): LoginTalk => {
    door.stand("logging-in");
    return new MongoLoginTalk({ door, conversation, start, speculated, circumstances: { settings, encrypted } });
  };
  for (let refused = 0; ;) {
    const request = await conversation.next();
    if (request === undefined) {
      door.stream.destroy();
      return { kind: "gone" };
    }
    if (!encrypted && !door.plaintextAllowed) throw encryptionRequired();
    const { command, body, database } = request;
    if (isHello(command)) {
      const hello = readHello(command, body);
      if (hello.client !== undefined) settings = clientMetadata(hello.client);
      const start = speculativeStart(hello);
      if (start !== undefined) return begin(start, hello);
      door.stand("watching");
      await conversation.reply(helloReply(hello, door.likelyServers(), { now: new Date() }));
    } else if (command === "saslStart" || command === "authenticate") {
      return begin(readSaslStart(body, database), undefined);
    } else {
      if (++refused > MAX_REFUSED) throw outOfOrder(command);
      await conversation.refuse(outOfOrder(command), { code: UNAUTHORIZED });
    }
  }
}

/** One that can't be taken up is not answered: the client then says the same again as a command of its own, and is told then. */
function speculativeStart({ speculative }: HelloRequest): SaslStart | undefined {
  if (speculative === undefined || firstElement(speculative)?.name !== "saslStart") return undefined;
  const mechanism = valueIn(speculative, "mechanism", stringOf);
  if (!mechanisms.some((known) => known === mechanism)) return undefined;
  return readSaslStart(speculative, valueIn(speculative, "db", stringOf));
}

function encryptionRequired(): GatewayError {
  return new GatewayError("login/encryption-required", "a command without TLS", {
    hint: "Add tls=true to the connection string.",
  });
}

function outOfOrder(command: string): GatewayError {
  const shown = JSON.stringify(command.slice(0, 64));
  return new GatewayError("protocol/out-of-order", `the command ${shown} came before the login`, {
    detail: `The command ${shown} requires authentication.`,
    hint: "Log in first: give a user name and a ticket or token in the connection string.",
  });
}
