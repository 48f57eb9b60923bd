import { setTimeout as delay } from "node:timers/promises";
import type { ClientStep, Inspector, Refusal, ServerStep, TimedStatement } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame, Framer } from "@sallyport/shared/frame";
import type { Outcome, Statement } from "@sallyport/shared/statement";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { PolicyGate } from "../policy/policy-gate.ts";
import { Outgoing } from "./outgoing.ts";

/** How long a server that owes nothing may take to close after the client's goodbye was passed on. */
const GOODBYE_MS = 5_000;

/** A client that has been quiet for so long is not just between two statements of one piece of work. */
const QUIET_MS = 1_000;

/** When a session that shall end may: where its client has fallen quiet, or between any two transactions. */
export type Patience = "quiet" | "boundary";

/** One side of a relayed session: its bytes, and how they are cut. */
export interface RelayEnd {
  readonly stream: ByteStream;
  readonly framer: Framer;
}

/** What a relay works with and whom it tells. */
export interface RelayParts {
  readonly client: RelayEnd;
  readonly server: RelayEnd;
  readonly inspector: Inspector;
  readonly gate: PolicyGate;
  /** Hands what was recorded to the operating system. Called before anything is written to the server. */
  readonly commitRecording: () => void;
  readonly onOutcome: (outcome: Outcome) => void;
  /** Asks the server to stop what this session runs; resolves once it was told. */
  readonly cancelOwn: () => Promise<void>;
  /** Cancels what another session of the same principal on the same connection runs; false where there is no such session. */
  readonly cancelSibling: (id: number) => Promise<boolean>;
  /** Bytes arrived from either side. */
  readonly onActivity: () => void;
}

/** How the next login on a client's connection begins. */
export type NextLogin = Extract<ClientStep, { kind: "log-in-again" }>["talk"];

/** How a relay ended without a fault: `client-goodbye` in the protocol's own words, a side that just closed, or a client that logs in anew. */
export type RelayEnding =
  | { readonly kind: "client-goodbye" | "client-closed" | "server-closed" }
  | { readonly kind: "next-login"; readonly talk: NextLogin };

/** The only loop of a session: one reader per direction, strictly in order, each waiting until the other side can take more. */
export class Relay {
  readonly #parts: RelayParts;
  readonly #toClient: Outgoing;
  readonly #toServer: Outgoing;
  /** What runs under a limit of time, and what ends that. */
  #timed: { readonly statement: TimedStatement; readonly timer: NodeJS.Timeout } | undefined;
  /** While the server is told to stop something: what it gets meanwhile might be hit by that. */
  #cancelling: Promise<void> | undefined;
  /** Why the relay is to be stopped as soon as the client loses nothing by it, and how soon that is. */
  #stopAtRest: { readonly error: GatewayError; readonly patience: Patience } | undefined;
  #quiet: NodeJS.Timeout | undefined;
  /** A message of the client's waits to be looked at again. */
  #isHolding = false;
  readonly #stopped = Promise.withResolvers<never>();
  #over = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    // Here is where no statement outruns its record: nothing goes to the server before the recording is committed.
    this.#toServer = new Outgoing(parts.server.stream, parts.commitRecording);
    this.#toClient = new Outgoing(parts.client.stream, () => undefined);
    // It may be stopped before it runs, when nobody listens yet.
    this.#stopped.promise.catch(() => undefined);
  }

  /**
   * Rejects with the `GatewayError` of whatever went wrong. Once it has settled nothing passes any more; what the client
   * still sends is read and thrown away, so that it gets to read our last words, until the caller drops the streams.
   */
  async run(): Promise<RelayEnding> {
    const fromServer = this.#fromServer();
    const over = new AbortController();
    try {
      const ending = await Promise.race([this.#fromClient(), fromServer, this.#stopped.promise]);
      if (ending.kind !== "client-goodbye") return ending;
      // What was sent before the goodbye is still carried out and answered; the server closes when it is done.
      this.#parts.server.stream.end();
      await Promise.race([fromServer, this.#stopped.promise, this.#goodbyeTaken(over.signal)]);
      return ending;
    } finally {
      this.#over = true;
      clearTimeout(this.#timed?.timer);
      clearTimeout(this.#quiet);
      over.abort();
    }
  }

  /** Makes `run` reject with this error, whatever the two directions wait for. */
  stop(error: GatewayError): void {
    this.#stopped.reject(error);
  }

  /** The same, once nothing runs and no transaction is open. */
  stopAtRest(error: GatewayError, patience: Patience): void {
    this.#stopAtRest = { error, patience };
    this.#rest();
  }

  /** Tells the client why the session ends, unless it stands in the middle of a message: there it would be taken for data. */
  farewell(error: GatewayError): void {
    const { client, server, inspector } = this.#parts;
    // Nobody waits for it to be taken: the session is over either way.
    if (server.framer.atBoundary) client.stream.write(inspector.farewell(error))?.catch(() => undefined);
  }

  async #fromClient(): Promise<RelayEnding> {
    const { client, onActivity } = this.#parts;
    for (let chunk = await client.stream.read(); chunk !== undefined; chunk = await client.stream.read()) {
      if (this.#over) continue;
      onActivity();
      client.framer.push(chunk);
      for (let frame = client.framer.next(); frame !== undefined; frame = client.framer.next()) {
        let step = this.#look(frame);
        while (step.kind === "wait") {
          this.#isHolding = true;
          // What we hold back may be what the server needs to get on.
          const taken = this.#toServer.flush();
          this.#watchTime();
          await taken;
          await step.until;
          if (this.#over) return { kind: "client-closed" };
          step = this.#look(frame);
        }
        this.#isHolding = false;
        switch (step.kind) {
          case "log-in-again":
            return this.#nextLogin(step.talk);
          case "cancel":
            await this.#cancelSibling(step);
            if (this.#over) return { kind: "client-closed" };
            break;
          case "end":
            this.#toServer.piece(frame);
            await this.#toServer.flush();
            return { kind: "client-goodbye" };
          default:
            this.#carryOut(step, frame);
        }
      }
      const full = this.#toServer.flush();
      this.#watchTime();
      if (full !== undefined) await full;
      this.#rest();
    }
    return { kind: "client-closed" };
  }

  #look(frame: Frame): ClientStep {
    return this.#cancelling === undefined
      ? this.#parts.inspector.fromClient(frame)
      : { kind: "wait", until: this.#cancelling };
  }

  /** What the client has sent besides would be taken for what it says under its new login. */
  #nextLogin(talk: NextLogin): RelayEnding {
    if (this.#parts.client.framer.next() === undefined && this.#parts.client.framer.isEmpty)
      return { kind: "next-login", talk };
    throw new GatewayError("protocol/out-of-order", "the client sent more behind its request to log in anew");
  }

  async #cancelSibling({ id, told, unknown }: Extract<ClientStep, { kind: "cancel" }>): Promise<void> {
    await this.#toServer.flush();
    const found = await this.#parts.cancelSibling(id);
    if (!this.#over) this.#answer({ toClient: found ? told : unknown });
  }

  async #fromServer(): Promise<RelayEnding> {
    const { server, inspector, onActivity } = this.#parts;
    for (let chunk = await server.stream.read(); chunk !== undefined; chunk = await server.stream.read()) {
      if (this.#over) break;
      onActivity();
      server.framer.push(chunk);
      for (let frame = server.framer.next(); frame !== undefined; frame = server.framer.next()) {
        this.#passOn(inspector.fromServer(frame), frame);
      }
      this.#watchTime();
      const full = this.#toClient.flush();
      if (full !== undefined) await full;
      this.#rest();
    }
    return { kind: "server-closed" };
  }

  #rest(): void {
    if (this.#stopAtRest === undefined) return;
    clearTimeout(this.#quiet);
    if (!this.#isAtRest()) return;
    const { error, patience } = this.#stopAtRest;
    if (patience === "boundary") this.stop(error);
    else this.#quiet = setTimeout(() => this.stop(error), QUIET_MS);
  }

  /** Whatever is half said, by either side, runs or will. */
  #isAtRest(): boolean {
    const { client, server, inspector } = this.#parts;
    if (this.#isHolding || inspector.busy || inspector.inTransaction) return false;
    return client.framer.isEmpty && client.framer.atBoundary && server.framer.atBoundary;
  }

  /** Keeps the timer with the statement that runs now. */
  #watchTime(): void {
    const { timed } = this.#parts.inspector;
    if (timed === this.#timed?.statement) return;
    clearTimeout(this.#timed?.timer);
    this.#timed =
      timed === undefined
        ? undefined
        : { statement: timed, timer: setTimeout(() => this.#overdue(timed), timed.timeoutMs) };
  }

  /** It comes between two chunks of the server's, when everything of the earlier ones was written or waits in front of it. */
  #overdue(statement: TimedStatement): void {
    if (this.#over) return;
    try {
      const step = this.#parts.inspector.overdue?.(statement, this.#parts.server.framer.atBoundary);
      if (step === undefined) return;
      if (step.kind === "rewritten") this.#toClient.piece(step.piece);
      this.#follow(step);
      this.#toClient.flush()?.catch(() => undefined);
    } catch (error) {
      this.stop(GatewayError.from(error));
    }
  }

  /** Resolves when the server owes nothing and has still not closed. */
  async #goodbyeTaken(over: AbortSignal): Promise<void> {
    do await delay(GOODBYE_MS, undefined, { signal: over }).catch(() => undefined);
    while (this.#parts.inspector.busy && !over.aborted);
  }

  #carryOut(step: Exclude<ClientStep, { kind: "wait" | "log-in-again" | "cancel" | "end" }>, frame: Frame): void {
    switch (step.kind) {
      case "forward":
        this.#toServer.piece(frame);
        if (step.behind !== undefined) this.#toServer.bytes(step.behind);
        break;
      case "judge":
        this.#judge(step.statements, frame);
        break;
      case "refuse":
        this.#answer(this.#parts.inspector.refuse(frame, step.error));
        break;
      case "reply":
        this.#answer({ toClient: step.bytes });
        break;
      case "drop":
        break;
    }
  }

  #judge(statements: readonly Statement[], frame: Frame): void {
    const { gate, inspector } = this.#parts;
    const verdict = gate.pass(statements);
    if (verdict.kind === "refused") {
      this.#answer(inspector.refuse(frame, verdict.error));
      return;
    }
    const instead = inspector.admit(frame, verdict.permits);
    if (instead === undefined) this.#toServer.piece(frame);
    else this.#toServer.bytes(instead);
  }

  #answer({ toClient, toServer }: Refusal): void {
    if (toServer !== undefined) this.#toServer.bytes(toServer);
    if (toClient === undefined) return;
    if (!this.#parts.server.framer.atBoundary) {
      throw new GatewayError(
        "internal/unexpected",
        "an answer of the gateway's would fall into a message of the server's",
      );
    }
    this.#toClient.bytes(toClient);
    this.#parts.commitRecording();
    // The client waits for this answer alone; its own back-pressure is felt at its next read.
    this.#toClient.flush()?.catch(() => undefined);
  }

  #passOn(step: ServerStep, frame: Frame): void {
    if (step.kind === "verbatim") this.#toClient.piece(frame);
    else if (step.kind === "rewritten") this.#toClient.piece(step.piece);
    this.#follow(step);
  }

  #follow({ outcomes, cancel, toServer }: ServerStep): void {
    if (outcomes !== undefined) for (const outcome of outcomes) this.#parts.onOutcome(outcome);
    if (cancel === true) this.#cancel();
    if (toServer === undefined) return;
    this.#toServer.bytes(toServer);
    this.#toServer.flush()?.catch(() => undefined);
  }

  /** A server that cannot be told goes on until it is done; nobody gets to see what it says. */
  #cancel(): void {
    this.#cancelling ??= this.#parts
      .cancelOwn()
      .catch(() => undefined)
      .finally(() => {
        this.#cancelling = undefined;
      });
  }
}
