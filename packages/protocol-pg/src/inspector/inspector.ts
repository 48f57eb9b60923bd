import type {
  ClientStep,
  InspectedSession,
  Inspector,
  Refusal,
  ServerStep,
  TimedStatement,
} from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { errorResponse } from "../native-errors.ts";
import { createStatementReader, type StatementReader } from "../statements/statement-reader.ts";
import { createViewReader } from "../statements/lineage/read-view.ts";
import { SessionObjects } from "./session-objects.ts";
import { ClientSide } from "./client-side.ts";
import { Conversation } from "./conversation.ts";
import { refusedQuery } from "./expected-reply.ts";
import { refusalMessage } from "./refusal-message.ts";
import { ServerSide } from "./server-side.ts";
import { clientTag } from "../messages/tags.ts";

const NOTHING = Buffer.alloc(0);

type PgSession = Pick<InspectedSession, "catalog" | "readOnly">;

/** An inspector with the grammar of the server's own major version. */
export async function createPgInspector(facts: ServerFacts, session: PgSession): Promise<Inspector> {
  return new PgInspector(facts, session, await createStatementReader(majorOf(facts.version)));
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

  constructor(facts: ServerFacts, { catalog, readOnly }: PgSession, reader: StatementReader) {
    const objects = new SessionObjects(catalog, createViewReader(reader));
    this.#conversation = new Conversation(facts, readOnly === true, objects);
    this.#client = new ClientSide(this.#conversation, reader);
    this.#server = new ServerSide(this.#conversation, catalog);
  }

  fromClient(frame: Frame): ClientStep {
    return this.#client.step(frame);
  }

  fromServer(frame: Frame): ServerStep {
    return this.#server.step(frame);
  }

  admit({ chunk, start, end }: Frame, permits: readonly Permit[]): Buffer | undefined {
    const before = this.#client.admitted(permits);
    return before === undefined ? undefined : Buffer.concat([before, chunk.subarray(start, end)]);
  }

  /**
   * The server is made to fail in place of the refused message, and its error becomes ours: so the answer comes in its
   * turn, an open transaction is aborted, and the rest of a pipeline is skipped, all exactly as for an error of its own.
   */
  refuse(frame: Frame, error: GatewayError): Refusal {
    const { pipeline, refusalPortal } = this.#conversation;
    const refusal = errorResponse(error, "ERROR", this.#client.refused(error));
    if (frame.tag === clientTag.query || frame.tag === clientTag.functionCall) {
      pipeline.push(refusedQuery(refusal));
    } else {
      pipeline.push({ kind: "refused", refusal });
      this.#conversation.mode = "skipping";
    }
    return { toServer: refusalMessage(frame, refusalPortal) };
  }

  get busy(): boolean {
    return this.#conversation.pipeline.oldest !== undefined;
  }

  get inTransaction(): boolean {
    return this.#conversation.inTransaction;
  }

  get timed(): TimedStatement | undefined {
    return this.#server.timed;
  }

  overdue(statement: TimedStatement, atBoundary: boolean): ServerStep {
    return this.#server.overdue(statement, atBoundary);
  }

  farewell(error: GatewayError): Buffer {
    return this.#conversation.serverSaidGoodbye ? NOTHING : errorResponse(error, "FATAL");
  }
}
