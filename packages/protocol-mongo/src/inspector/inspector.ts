import type { ClientStep, InspectedSession, Inspector, Refusal, ServerStep } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { errorReply } from "../native-errors.ts";
import { ClientSide } from "./client-side.ts";
import { Conversation } from "./conversation.ts";
import { ServerSide } from "./server-side.ts";

const NOTHING = Buffer.alloc(0);

/** An inspector for one session; what the server can do is said by its facts. */
export async function createMongoInspector(facts: ServerFacts, session: InspectedSession): Promise<Inspector> {
  return new MongoInspector(new Conversation(facts, session));
}

class MongoInspector implements Inspector {
  readonly #conversation: Conversation;
  readonly #client: ClientSide;
  readonly #server: ServerSide;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#client = new ClientSide(conversation);
    this.#server = new ServerSide(conversation);
  }

  fromClient(frame: Frame): ClientStep {
    return this.#client.step(frame);
  }

  fromServer(frame: Frame): ServerStep {
    return this.#server.step(frame);
  }

  admit(frame: Frame, permits: readonly Permit[]): Buffer | undefined {
    return this.#client.admitted(frame, permits);
  }

  /** Every request is answered by itself, so the server need not know; one that wants no reply gets none. */
  refuse(_frame: Frame, error: GatewayError): Refusal {
    const { request, code } = this.#client.refused(error);
    if (request === undefined) return {};
    return { toClient: errorReply(request, error, code === undefined ? {} : { code }) };
  }

  get busy(): boolean {
    return this.#conversation.open !== undefined;
  }

  /** A transaction is of the logical session, which goes on over another connection. */
  get inTransaction(): boolean {
    return false;
  }

  /** Nobody can be told anything but in answer to a request. */
  farewell(error: GatewayError): Buffer {
    const { open } = this.#conversation;
    return open === undefined ? NOTHING : errorReply({ requestId: open.requestId, form: "OP_MSG" }, error);
  }
}
