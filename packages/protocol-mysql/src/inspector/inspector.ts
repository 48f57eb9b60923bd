import type { ClientStep, InspectedSession, Inspector, Refusal, ServerStep } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { errPacket } from "../native-errors.ts";
import { sequenceBehindFrame } from "../packet-frame.ts";
import { parseServerVersion } from "../statements/dialect.ts";
import { createStatementReader } from "../statements/statement-reader.ts";
import { ClientSide } from "./client-side.ts";
import { Conversation } from "./conversation.ts";
import { ServerSide } from "./server-side.ts";

const NOTHING = Buffer.alloc(0);

/** An inspector for the dialect of the session's server. Throws `server/unsupported` for what is neither MySQL nor MariaDB. */
export async function createMysqlInspector(facts: ServerFacts, session: InspectedSession): Promise<Inspector> {
  const dialect = parseServerVersion(facts.version);
  const reader = createStatementReader(dialect);
  const conversation = new Conversation(facts, session, dialect);
  return new MysqlInspector(conversation, new ClientSide(conversation, reader), new ServerSide(conversation));
}

class MysqlInspector implements Inspector {
  readonly #conversation: Conversation;
  readonly #client: ClientSide;
  readonly #server: ServerSide;

  constructor(conversation: Conversation, client: ClientSide, server: ServerSide) {
    this.#conversation = conversation;
    this.#client = client;
    this.#server = server;
  }

  fromClient(frame: Frame): ClientStep {
    return this.#client.step(frame);
  }

  fromServer(frame: Frame): ServerStep {
    return this.#server.step(frame);
  }

  admit(_frame: Frame, permits: readonly Permit[]): Buffer | undefined {
    return this.#client.admitted(permits);
  }

  /** An error ends a command and nothing else, so it is answered here; the server need hardly ever know. */
  refuse(frame: Frame, error: GatewayError): Refusal {
    const toClient = errPacket(error, sequenceBehindFrame(frame), { withState: true });
    const toServer = this.#client.refused(frame);
    return toServer === undefined ? { toClient } : { toClient, toServer };
  }

  get busy(): boolean {
    return this.#conversation.exchange.at !== "idle";
  }

  get inTransaction(): boolean {
    return this.#conversation.inTransaction;
  }

  farewell(error: GatewayError): Buffer {
    if (this.#conversation.serverSaidGoodbye) return NOTHING;
    const { exchange, nextSequence } = this.#conversation;
    const isAwaited = exchange.at !== "idle" && !exchange.reply.isOwn;
    return errPacket(error, isAwaited ? nextSequence : 0, { withState: true });
  }
}
