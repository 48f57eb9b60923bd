import { viewOf } from "@sallyport/shared/bytes/piece";
import { noCatalog } from "@sallyport/shared/catalog/no-catalog";
import type { ClientStep, Inspector } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { mintPermit } from "@sallyport/shared/permit";
import { Secret } from "@sallyport/shared/secret";
import type { Outcome, Statement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import type { Frame } from "@sallyport/shared/frame";
import { createMysqlFramer } from "../../framer.ts";
import { capability, flagsOf } from "../../messages/capabilities.ts";
import { fact, loginSetting } from "../../server-facts.ts";
import { createMysqlInspector } from "../inspector.ts";

/** How a session begins. */
export interface Beginning {
  readonly denied?: readonly Verb[];
  readonly version?: string;
  /** Beyond what every client has. */
  readonly capabilities?: number;
  /** Of the server's facts. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What became of one client message. */
export interface Told {
  readonly step: ClientStep["kind"];
  /** `stage: verbs` of each statement that was judged. */
  readonly judged: readonly string[];
}

const usual = flagsOf(capability.PROTOCOL_41, capability.MULTI_STATEMENTS, capability.MULTI_RESULTS);

/** Drives framers and inspector as the relay does: everything judged passes but for the verbs that are denied. */
export class TestConversation {
  readonly #inspector: Inspector;
  readonly #denied: readonly Verb[];
  readonly #framers = { client: createMysqlFramer("client"), server: createMysqlFramer("server") };
  readonly outcomes: Outcome[] = [];
  /** What went on to the server, and what to the client. */
  readonly toServer: Buffer[] = [];
  readonly toClient: Buffer[] = [];
  /** The last statements that were judged. */
  judged: readonly Statement[] = [];
  #permits = 0;

  private constructor(inspector: Inspector, denied: readonly Verb[]) {
    this.#inspector = inspector;
    this.#denied = denied;
  }

  static async begin(beginning: Beginning = {}): Promise<TestConversation> {
    const { denied = [], version = "8.4.3", capabilities = 0, settings = {} } = beginning;
    const negotiated = flagsOf(usual, capabilities);
    const inspector = await createMysqlInspector(
      {
        version,
        settings: {
          [fact.sqlMode]: "STRICT_TRANS_TABLES",
          [fact.globalSqlMode]: "STRICT_TRANS_TABLES",
          [fact.characterSetClient]: "utf8mb4",
          [fact.globalCharacterSetClient]: "utf8mb4",
          [fact.trackedVariables]: "character_set_client",
          [fact.negotiated]: String(flagsOf(negotiated, capability.SESSION_TRACK)),
          ...settings,
        },
      },
      {
        hello: {
          user: "alice",
          database: undefined,
          encrypted: true,
          settings: { [loginSetting.capabilities]: String(negotiated) },
        },
        ownKey: new Secret(Buffer.alloc(32)),
        catalog: noCatalog,
      },
    );
    return new TestConversation(inspector, denied);
  }

  get busy(): boolean {
    return this.#inspector.busy;
  }

  /** One message of the client's, or several pieces of one: what became of the first frame. */
  client(...bytes: readonly Buffer[]): Told {
    const told: Told[] = [];
    for (const frame of this.#frames("client", bytes)) told.push(this.#fromClient(frame));
    const [first] = told;
    if (first === undefined) throw new Error("the message is not complete");
    return first;
  }

  /** The step for a message, without carrying it out. */
  stepFor(bytes: Buffer): ClientStep {
    for (const frame of this.#frames("client", [bytes])) return this.#inspector.fromClient(frame);
    throw new Error("the message is not complete");
  }

  server(...bytes: readonly Buffer[]): void {
    for (const frame of this.#frames("server", bytes)) {
      const step = this.#inspector.fromServer(frame);
      this.outcomes.push(...(step.outcomes ?? []));
      if (step.kind !== "dropped") this.toClient.push(step.kind === "rewritten" ? viewOf(step.piece) : bytesOf(frame));
    }
  }

  /** Sends a command and has it answered. */
  ask(command: Buffer, ...answer: readonly Buffer[]): Told {
    const told = this.client(command);
    this.server(...answer);
    return told;
  }

  farewell(): Buffer {
    return this.#inspector.farewell(new GatewayError("server/lost", "the server is gone"));
  }

  *#frames(from: "client" | "server", chunks: readonly Buffer[]): Generator<Frame> {
    const framer = this.#framers[from];
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== undefined; frame = framer.next()) yield frame;
    }
  }

  #fromClient(frame: Frame): Told {
    const step = this.#inspector.fromClient(frame);
    if (step.kind === "forward" || step.kind === "end") this.toServer.push(bytesOf(frame));
    if (step.kind === "forward" && step.behind !== undefined) this.toServer.push(step.behind);
    if (step.kind === "reply") this.toClient.push(step.bytes);
    if (step.kind === "refuse") this.#refuse(frame, step.error);
    if (step.kind !== "judge") return { step: step.kind, judged: [] };
    this.judged = step.statements;
    const judged = step.statements.map(({ stage, parsed }) => `${stage}: ${parsed.verbs.join(" ")}`);
    const isDenied = (verb: Verb): boolean => verb === "unknown" || this.#denied.includes(verb);
    if (step.statements.some(({ parsed }) => parsed.verbs.some(isDenied))) {
      this.#refuse(frame, new GatewayError("policy/denied", "denied by the test"));
      return { step: "refuse", judged };
    }
    const permits = step.statements.map(() => mintPermit(String(++this.#permits)));
    this.toServer.push(this.#inspector.admit(frame, permits) ?? bytesOf(frame));
    return { step: "judge", judged };
  }

  #refuse(frame: Frame, error: GatewayError): void {
    const { toServer, toClient } = this.#inspector.refuse(frame, error);
    if (toServer !== undefined) this.toServer.push(toServer);
    if (toClient !== undefined) this.toClient.push(toClient);
  }
}

function bytesOf({ chunk, start, end }: Frame): Buffer {
  return Buffer.from(chunk.subarray(start, end));
}

/** The number of an error packet; undefined for any other packet. */
export function errorIn(bytes: Buffer | undefined): number | undefined {
  return bytes?.[4] === 0xff ? bytes.readUInt16LE(5) : undefined;
}
