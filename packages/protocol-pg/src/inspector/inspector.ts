import type { ClientStep, InspectedSession, Inspector, Refusal, ServerStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { errorResponse } from "../native-errors.ts";
import { createStatementReader, type StatementReader } from "../statements/statement-reader.ts";
import { ClientSide } from "./client-side.ts";
import { Conversation } from "./conversation.ts";
import { refusalMessage } from "./refusal-message.ts";
import { ServerSide } from "./server-side.ts";
import { clientTag } from "./tags.ts";

const NOTHING = Buffer.alloc(0);

/** An inspector with the grammar of the server's own major version. */
export async function createPgInspector(
  facts: ServerFacts,
  _session: Pick<InspectedSession, "catalog">,
): Promise<Inspector> {
  return new PgInspector(facts, await createStatementReader(majorOf(facts.version)));
}

/** The `16` of "16.3 (Debian 16.3-1.pgdg120+1)" and of "16beta1". */
function majorOf(version: string): number {
  const major = Number.parseInt(version, 10);
  if (Number.isNaN(major))
    throw new GatewayError("server/unsupported", `the server's version "${version}" cannot be read`);
  return major;
}

class PgInspector implements Inspector {
  readonly #conversation: Conversation;
  readonly #client: ClientSide;
  readonly #server: ServerSide;

  constructor(facts: ServerFacts, reader: StatementReader) {
    this.#conversation = new Conversation(facts);
    this.#client = new ClientSide(this.#conversation, reader);
    this.#server = new ServerSide(this.#conversation);
  }

  fromClient(frame: Frame): ClientStep {
    return this.#client.step(frame);
  }

  fromServer(frame: Frame): ServerStep {
    return this.#server.step(frame);
  }

  admit(_frame: Frame, permits: readonly Permit[]): undefined {
    this.#client.admitted(permits);
  }

  /**
   * The server is made to fail in place of the refused message, and its error becomes ours: so the answer comes in its
   * turn, an open transaction is aborted, and the rest of a pipeline is skipped, all exactly as for an error of its own.
   */
  refuse(frame: Frame, error: GatewayError): Refusal {
    const { pipeline, refusalPortal } = this.#conversation;
    const refusal = errorResponse(error, "ERROR", this.#client.refused(error));
    if (frame.tag === clientTag.query || frame.tag === clientTag.functionCall) {
      pipeline.push({ kind: "query", running: [], done: 0, rows: 0, copyBegun: false, failed: false, refusal });
    } else {
      pipeline.push({ kind: "refused", refusal });
      this.#conversation.mode = "skipping";
    }
    return { toServer: refusalMessage(frame, refusalPortal) };
  }

  get busy(): boolean {
    return this.#conversation.pipeline.oldest !== undefined;
  }

  farewell(error: GatewayError): Buffer {
    return this.#conversation.serverSaidGoodbye ? NOTHING : errorResponse(error, "FATAL");
  }
}
