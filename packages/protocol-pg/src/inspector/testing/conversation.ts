import { noCatalog } from "@sallyport/shared/catalog/no-catalog";
import type { ClientStep, Inspector } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import { mintPermit } from "@sallyport/shared/permit";
import type { Outcome, Verb } from "@sallyport/shared/statement";
import { createPgFramer } from "../../framer.ts";
import { createPgInspector } from "../inspector.ts";

const facts = { version: "18.1", settings: { standard_conforming_strings: "on", client_encoding: "UTF8" } };

/** What became of one client message. */
export interface Told {
  readonly step: ClientStep["kind"];
  /** `stage: verbs` of each statement that was judged. */
  readonly judged: readonly string[];
}

/** Drives an inspector as the relay does: everything judged passes but for the verbs that are denied. */
export class TestConversation {
  readonly #inspector: Inspector;
  readonly #denied: readonly Verb[];
  readonly outcomes: Outcome[] = [];
  /** What went on to the server, and what to the client. */
  readonly toServer: Buffer[] = [];
  readonly toClient: Buffer[] = [];
  #permits = 0;

  private constructor(inspector: Inspector, denied: readonly Verb[]) {
    this.#inspector = inspector;
    this.#denied = denied;
  }

  static async begin(denied: readonly Verb[] = []): Promise<TestConversation> {
    return new TestConversation(await createPgInspector(facts, { catalog: noCatalog }), denied);
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
    this.#inspector.admit(
      frame,
      step.statements.map(() => mintPermit(String(++this.#permits))),
    );
    this.toServer.push(message);
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
      const step = this.#inspector.fromServer(frameOf("server", message));
      this.outcomes.push(...(step.outcomes ?? []));
      if (step.kind !== "dropped") this.toClient.push(step.kind === "rewritten" ? step.bytes : message);
    }
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
