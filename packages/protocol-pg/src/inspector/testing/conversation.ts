import { viewOf } from "@sallyport/shared/bytes/piece";
import { noCatalog } from "@sallyport/shared/catalog/no-catalog";
import type { CatalogSource } from "@sallyport/shared/catalog/catalog";
import type { ClientStep, Inspector, ServerStep, TimedStatement } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { mintPermit } from "@sallyport/shared/permit";
import type { Outcome } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { createPgFramer } from "../../framer.ts";
import { createPgInspector } from "../inspector.ts";

const facts = { version: "18.1", settings: { standard_conforming_strings: "on", client_encoding: "UTF8" } };

/** What became of one client message. */
export interface Told {
  readonly step: ClientStep["kind"];
  /** `stage: verbs` of each statement that was judged. */
  readonly judged: readonly string[];
}

type PlanOf = (text: string) => ResultPlan | undefined;

/** What the gateway brings along; left out: no catalog, and no plan for any statement. */
export interface TestParts {
  readonly catalog?: CatalogSource;
  readonly planOf?: PlanOf;
  readonly readOnly?: boolean;
}

/** Drives an inspector as the relay does: everything judged passes but for the verbs that are denied. */
export class TestConversation {
  readonly #inspector: Inspector;
  readonly #denied: readonly Verb[];
  readonly #planOf: PlanOf;
  /** How often the server was to be asked to stop what runs. */
  cancels = 0;
  readonly outcomes: Outcome[] = [];
  /** What went on to the server, and what to the client. */
  readonly toServer: Buffer[] = [];
  readonly toClient: Buffer[] = [];
  #permits = 0;

  private constructor(inspector: Inspector, denied: readonly Verb[], planOf: PlanOf) {
    this.#inspector = inspector;
    this.#denied = denied;
    this.#planOf = planOf;
  }

  static async begin(denied: readonly Verb[] = [], parts: TestParts = {}): Promise<TestConversation> {
    const { catalog = noCatalog, planOf = () => undefined, readOnly = false } = parts;
    return new TestConversation(await createPgInspector(facts, { catalog, readOnly }), denied, planOf);
  }

  get busy(): boolean {
    return this.#inspector.busy;
  }

  client(message: Buffer): Told {
    const frame = frameOf("client", message);
    const step = this.#inspector.fromClient(frame);
    if (step.kind === "forward" || step.kind === "end") this.toServer.push(message);
    if (step.kind === "refuse") this.#refuse(frame, step.error);
    if (step.kind !== "judge") return { step: step.kind, judged: [] };
    const judged = step.statements.map(({ stage, parsed }) => `${stage}: ${parsed.verbs.join(" ")}`);
    if (
      step.statements.some(({ parsed }) =>
        parsed.verbs.some((verb) => verb === "unknown" || this.#denied.includes(verb)),
      )
    ) {
      this.#refuse(frame, new GatewayError("policy/denied", "denied by the test"));
      return { step: "refuse", judged };
    }
    const permits = step.statements.map(({ parsed }) => mintPermit(String(++this.#permits), this.#planOf(parsed.text)));
    this.toServer.push(this.#inspector.admit(frame, permits) ?? message);
    return { step: "judge", judged };
  }

  /** The promise of a frame that has to wait. */
  waiting(message: Buffer): Promise<void> {
    const step = this.#inspector.fromClient(frameOf("client", message));
    if (step.kind !== "wait") throw new Error(`the frame does not wait: ${step.kind}`);
    return step.until;
  }

  farewell(): Buffer {
    return this.#inspector.farewell(new GatewayError("server/lost", "the server is gone"));
  }

  server(...messages: Buffer[]): void {
    for (const message of messages) {
      this.#follow(this.#inspector.fromServer(frameOf("server", message)), message);
    }
  }

  /** The server's bytes as they arrive, in chunks. */
  serverChunks(chunks: Iterable<Buffer>): void {
    const framer = createPgFramer("server");
    for (const chunk of chunks) {
      framer.push(chunk);
      for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
        const bytes = Buffer.from(frame.chunk.subarray(frame.start, frame.end));
        this.#follow(this.#inspector.fromServer(frame), bytes);
      }
    }
  }

  get timed(): TimedStatement | undefined {
    return this.#inspector.timed;
  }

  /** The time of what runs is over. */
  timeIsOver(atBoundary = true): void {
    const { timed } = this.#inspector;
    const step = timed === undefined ? undefined : this.#inspector.overdue?.(timed, atBoundary);
    if (step !== undefined) this.#follow(step, Buffer.alloc(0));
  }

  #follow(step: ServerStep, message: Buffer): void {
    this.outcomes.push(...(step.outcomes ?? []));
    if (step.kind !== "dropped") this.toClient.push(step.kind === "rewritten" ? viewOf(step.piece) : message);
    if (step.cancel === true) this.cancels++;
    if (step.toServer !== undefined) this.toServer.push(step.toServer);
  }

  #refuse(frame: Frame, error: GatewayError): void {
    const { toServer } = this.#inspector.refuse(frame, error);
    if (toServer !== undefined) this.toServer.push(toServer);
  }
}

function frameOf(from: "client" | "server", message: Buffer): Frame {
  const framer = createPgFramer(from);
  framer.push(message);
  const frame = framer.next();
  if (frame === undefined) throw new Error("the message is not complete");
  return frame;
}
