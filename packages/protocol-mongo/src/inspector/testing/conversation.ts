import { viewOf } from "@sallyport/shared/bytes/piece";
import { noCatalog } from "@sallyport/shared/catalog/no-catalog";
import { deserialize, type Document } from "bson";
import type { ClientStep, Inspector } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import { mintPermit } from "@sallyport/shared/permit";
import { Secret } from "@sallyport/shared/secret";
import type { Outcome, Statement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { createMongoFramer } from "../../framer.ts";
import { createMongoInspector } from "../inspector.ts";

const hello = { user: "alice", database: "shop", settings: {}, encrypted: true };
const facts = { version: "8.0.4", settings: { topology: "standalone", maxWireVersion: "25", minWireVersion: "0" } };

/** What became of one client message. */
export interface Told {
  readonly step: ClientStep["kind"];
  readonly judged: readonly Statement[];
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

  /** `principal` decides the key that its sessions share. */
  static async begin(denied: readonly Verb[] = [], principal = 1): Promise<TestConversation> {
    const ownKey = new Secret(Buffer.alloc(32, principal));
    return new TestConversation(await createMongoInspector(facts, { hello, ownKey, catalog: noCatalog }), denied);
  }

  get busy(): boolean {
    return this.#inspector.busy;
  }

  client(message: Buffer): Told {
    const frame = frameOf("client", message);
    const step = this.#inspector.fromClient(frame);
    if (step.kind === "forward" || step.kind === "end") this.toServer.push(message);
    if (step.kind === "reply") this.toClient.push(step.bytes);
    if (step.kind === "refuse") this.#refuse(frame, step.error);
    if (step.kind !== "judge") return { step: step.kind, judged: [] };
    const judged = step.statements;
    const wrong = judged.flatMap(({ parsed }) =>
      parsed.verbs.filter((verb) => verb === "unknown" || this.#denied.includes(verb)),
    );
    if (wrong.length > 0) {
      const code = wrong.includes("unknown") ? "policy/unreadable" : "policy/denied";
      this.#refuse(frame, new GatewayError(code, "denied by the test"));
      return { step: "refuse", judged };
    }
    const permits = judged.map(() => mintPermit(String(++this.#permits)));
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
      const step = this.#inspector.fromServer(frameOf("server", message));
      this.outcomes.push(...(step.outcomes ?? []));
      if (step.kind !== "dropped") this.toClient.push(step.kind === "rewritten" ? viewOf(step.piece) : message);
    }
  }

  /** The body of the last reply to the client. */
  get told(): Document {
    const last = this.toClient.at(-1);
    if (last === undefined) throw new Error("the client was told nothing");
    return deserialize(last.subarray(last.readInt32LE(12) === 1 ? 36 : 21), { useBigInt64: true });
  }

  #refuse(frame: Frame, error: GatewayError): void {
    const { toServer, toClient } = this.#inspector.refuse(frame, error);
    if (toServer !== undefined) this.toServer.push(toServer);
    if (toClient !== undefined) this.toClient.push(toClient);
  }
}

function frameOf(from: "client" | "server", message: Buffer): Frame {
  const framer = createMongoFramer(from);
  framer.push(message);
  const frame = framer.next();
  if (frame === undefined) throw new Error("the message is not complete");
  return frame;
}
