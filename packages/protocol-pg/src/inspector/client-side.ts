import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { Parameter, ParsedStatement, Statement } from "@sallyport/shared/statement";
import { decodeBind } from "../messages/bind.ts";
import { decodeExecute } from "../messages/execute.ts";
import { decodeNamedObject } from "../messages/named-object.ts";
import { decodeParse } from "../messages/parse.ts";
import { decodeQuery } from "../messages/query.ts";
import type { PgStatement, ReadText } from "../statements/read-text.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { Conversation } from "./conversation.ts";
import type { TextFault } from "../native-errors.ts";
import { mayAskForCopyData, type RunningStatement } from "./expected-reply.ts";
import { resolveText, UNSETTLED } from "./resolve-text.ts";
import { clientTag } from "./tags.ts";

/** Prepared statements and cursors that one session may hold open. */
const MAX_NAMES = 10_000;

const FORWARD: ClientStep = { kind: "forward" };
const DROP: ClientStep = { kind: "drop" };
const END: ClientStep = { kind: "end" };

const noParameters: readonly Parameter[] = [];

interface Judged {
  /** As read, of which `resolved` says what they really do. */
  readonly read: readonly PgStatement[];
  readonly resolved: readonly ParsedStatement[];
  readonly onAdmitted: (permits: readonly Permit[]) => void;
}

/** Reads what the client sends. A statement's frame is judged; then it is `admitted` or `refused`. */
export class ClientSide {
  readonly #conversation: Conversation;
  readonly #reader: StatementReader;
  /** A text that had to be read elsewhere, for the frame that is shown again. */
  #readAhead: ReadText | undefined;
  #judged: Judged | undefined;
  #begun: ClientStep = DROP;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#reader = reader;
  }

  step(frame: Frame): ClientStep {
    // The rest of a message goes where its beginning went, whatever has happened since.
    if (frame.part === "middle" || frame.part === "last") return this.#begun;
    this.#begun = this.#message(frame);
    return this.#begun;
  }

  #message(frame: Frame): ClientStep {
    if (frame.tag === clientTag.terminate) return END;
    const { mode, pipeline, progress } = this.#conversation;
    if (mode === "copying") return this.#whileCopying(frame);
    if (mode === "skipping" && frame.tag !== clientTag.sync) return DROP;
    const newest = pipeline.newest;
    if (pipeline.isFull || (newest !== undefined && mayAskForCopyData(newest))) return { kind: "wait", until: progress.next() };
    switch (frame.tag) {
      case clientTag.query:
        return this.#query(frame);
      case clientTag.parse:
        return this.#parse(frame);
      case clientTag.bind:
        return this.#bind(frame);
      case clientTag.execute:
        return this.#execute(frame);
      case clientTag.describe:
        decodeNamedObject(frame);
        pipeline.push({ kind: "describe" });
        return FORWARD;
      case clientTag.close:
        return this.#close(frame);
      case clientTag.sync:
        this.#conversation.mode = "ready";
        pipeline.push({ kind: "sync" });
        return FORWARD;
      case clientTag.flush:
        return FORWARD;
      case clientTag.functionCall:
        return { kind: "refuse", error: new GatewayError("protocol/unsupported", "a fast-path function call", { detail: "Fast-path function calls are not relayed: what they do cannot be read." }) };
      // What is left of a COPY that the server has ended with an error; it would throw these away as well.
      case clientTag.copyData:
      case clientTag.copyDone:
      case clientTag.copyFail:
        return DROP;
      default:
        throw new GatewayError("protocol/malformed", `message tag ${frame.tag} is not known after login`);
    }
  }

  admitted(permits: readonly Permit[]): void {
    const judged = this.#judged;
    this.#judged = undefined;
    if (judged?.resolved.length !== permits.length) {
      throw new GatewayError("internal/unexpected", "a frame was admitted that was not judged");
    }
    for (const permit of permits) permit.spend();
    judged.onAdmitted(permits);
  }

  /** The judged frame does not pass. Gives the parser's own word on it where that is the reason. */
  refused(): TextFault | undefined {
    const judged = this.#judged;
    this.#judged = undefined;
    return judged?.read.find(({ syntaxError }) => syntaxError !== undefined)?.syntaxError;
  }

  #whileCopying(frame: Frame): ClientStep {
    switch (frame.tag) {
      case clientTag.copyData:
        return FORWARD;
      case clientTag.copyDone:
      case clientTag.copyFail:
        this.#conversation.mode = "ready";
        return FORWARD;
      // The server ignores both while it copies; drivers send a Sync behind every Execute without knowing better.
      case clientTag.sync:
      case clientTag.flush:
        return DROP;
      default:
        throw new GatewayError("protocol/out-of-order", `message tag ${frame.tag} during COPY`);
    }
  }

  #query(frame: Frame): ClientStep {
    const read = this.#read(decodeQuery(frame));
    if (read instanceof Promise) return { kind: "wait", until: read };
    const { pipeline, names, progress } = this.#conversation;
    const resolved = resolveText(read.statements, names, pipeline.segment);
    if (resolved === UNSETTLED) return this.#readLater(read, progress.next());
    return this.#judge(read.statements, resolved, "run", noParameters, (permits) => {
      const running = read.statements.map((statement, index): RunningStatement => ({ statement, permit: permits[index]?.id ?? "" }));
      names.expectUnnamedDropped(pipeline.segment);
      for (const { statement } of running) names.expect(statement.effect, statement, pipeline.segment);
      pipeline.push({ kind: "query", running, done: 0, rows: 0, copyBegun: false, failed: false });
    });
  }

  #parse(frame: Frame): ClientStep {
    const parse = decodeParse(frame);
    const read = this.#read(parse.text);
    if (read instanceof Promise) return { kind: "wait", until: read };
    const { pipeline, names, progress } = this.#conversation;
    if (names.size >= MAX_NAMES) {
      const detail = `${MAX_NAMES} prepared statements and cursors are open.`;
      return { kind: "refuse", error: new GatewayError("session/limit", detail, { detail }) };
    }
    const resolved = resolveText(read.statements, names, pipeline.segment);
    if (resolved === UNSETTLED) return this.#readLater(read, progress.next());
    return this.#judge(read.statements, resolved, "define", noParameters, () => {
      names.statements.expect(parse.name, { statement: read.statements[0] }, pipeline.segment);
      pipeline.push({ kind: "parse", name: parse.name });
    });
  }

  #bind(frame: Frame): ClientStep {
    const { pipeline, names, progress } = this.#conversation;
    const bind = decodeBind(frame);
    const prepared = names.statements.resolve(bind.statement, pipeline.segment);
    if (prepared.kind === "unsettled") return { kind: "wait", until: progress.next() };
    // A statement that we do not know makes a portal that we do not know, and such a portal is never executed.
    const portal =
      prepared.kind === "known"
        ? { statement: prepared.value.statement, parameters: bind.parameters, hold: false }
        : undefined;
    names.portals.expect(bind.portal, portal, pipeline.segment);
    pipeline.push({ kind: "bind", portal: bind.portal });
    return FORWARD;
  }

  #execute(frame: Frame): ClientStep {
    const { pipeline, names, progress } = this.#conversation;
    const name = decodeExecute(frame);
    const portal = names.portals.resolve(name, pipeline.segment);
    if (portal.kind === "unsettled") return { kind: "wait", until: progress.next() };
    if (portal.kind === "missing") {
      const detail = `The portal "${name}" was not made by a statement of this session that the gateway has judged.`;
      return { kind: "refuse", error: new GatewayError("policy/unreadable", detail, { detail }) };
    }
    const { statement, parameters } = portal.value;
    if (statement === undefined) {
      pipeline.push({ kind: "execute", running: undefined, rows: 0, copyBegun: false });
      return FORWARD;
    }
    const resolved = resolveText([statement], names, pipeline.segment);
    if (resolved === UNSETTLED) return { kind: "wait", until: progress.next() };
    return this.#judge([statement], resolved, "run", parameters, (permits) => {
      names.expect(statement.effect, statement, pipeline.segment);
      pipeline.push({ kind: "execute", running: { statement, permit: permits[0]?.id ?? "" }, rows: 0, copyBegun: false });
    });
  }

  #close(frame: Frame): ClientStep {
    const { pipeline, names } = this.#conversation;
    const object = decodeNamedObject(frame);
    names.expectClose(object, pipeline.segment);
    pipeline.push({ kind: "close", object });
    return FORWARD;
  }

  #judge(
    read: readonly PgStatement[],
    resolved: readonly ParsedStatement[],
    stage: Statement["stage"],
    parameters: readonly Parameter[],
    onAdmitted: (permits: readonly Permit[]) => void,
  ): ClientStep {
    const obstacle = this.#conversation.textSettings.obstacle;
    if (obstacle !== undefined) {
      return { kind: "refuse", error: new GatewayError("policy/unreadable", obstacle, { detail: obstacle }) };
    }
    this.#judged = { read, resolved, onAdmitted };
    return { kind: "judge", statements: resolved.map((parsed) => ({ parsed, stage, parameters })) };
  }

  #read(text: Buffer): ReadText | Promise<void> {
    const ahead = this.#readAhead;
    this.#readAhead = undefined;
    if (ahead !== undefined) return ahead;
    const read = this.#reader.read(text);
    if (!(read instanceof Promise)) return read;
    return read.then((result) => {
      this.#readAhead = result;
    });
  }

  #readLater(read: ReadText, until: Promise<void>): ClientStep {
    this.#readAhead = read;
    return { kind: "wait", until };
  }
}
