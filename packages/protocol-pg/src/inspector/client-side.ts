import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { Parameter, Statement } from "@sallyport/shared/statement";
import { decodeBind } from "../messages/bind.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { decodeExecute } from "../messages/execute.ts";
import { decodeNamedObject, encodeDescribePortal } from "../messages/named-object.ts";
import { decodeParse } from "../messages/parse.ts";
import { decodeQuery } from "../messages/query.ts";
import type { PgStatement } from "../statements/read-text.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { Conversation } from "./conversation.ts";
import type { ClientFault } from "../native-errors.ts";
import { mayAskForCopyData, sentExecute, sentQuery } from "./expected-reply.ts";
import { runningStatement } from "./running-statement.ts";
import {
  ambiguousName,
  functionCall,
  readOnlySession,
  refuse,
  tooManyNames,
  tooMuchBound,
  tooMuchPrepared,
  unseenPortal,
} from "./refusals.ts";
import { resolveStatement, resolveText, UNSETTLED } from "./resolve-text.ts";
import type { ResolvedStatement } from "./resolved-statement.ts";
import { serverName } from "./server-name.ts";
import type { Portal } from "./session-names.ts";
import { clientTag } from "../messages/tags.ts";
import { TextReading } from "./text-reading.ts";
import { withParameterTypes } from "./with-parameter-types.ts";

/** Prepared statements and cursors that one session may hold open. */
const MAX_NAMES = 10_000;

/** What the texts of a session's prepared statements may come to, together. */
const MAX_PREPARED_LENGTH = 64 * 1024 * 1024;

/** Bound values that one session may have us keep, for the record of each further execution. */
const MAX_BOUND_BYTES = 128 * 1024 * 1024;

const INVALID_CURSOR_NAME = "34000";

const FLUSH = encodeMessage("H", () => undefined);

const FORWARD: ClientStep = { kind: "forward" };
const DROP: ClientStep = { kind: "drop" };
const END: ClientStep = { kind: "end" };

const noParameters: readonly Parameter[] = [];

interface Judged {
  /** As read, of which `resolved` says what they really do. */
  readonly read: readonly PgStatement[];
  readonly resolved: readonly ResolvedStatement[];
  /** Gives what goes to the server in front of the frame. */
  readonly onAdmitted: (permits: readonly Permit[]) => Buffer | undefined;
}

/** A portal's statement, as read and as it is decided, with its values. */
interface Run {
  readonly read: readonly PgStatement[];
  readonly statement: ResolvedStatement;
  readonly parameters: readonly Parameter[];
}

/** Reads what the client sends. A statement's frame is judged; then it is `admitted` or `refused`. */
export class ClientSide {
  readonly #conversation: Conversation;
  readonly #texts: TextReading;
  #judged: Judged | undefined;
  /** What is wrong with the frame to refuse, in the server's words. */
  #fault: ClientFault | undefined;
  #begun: ClientStep = DROP;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#texts = new TextReading(conversation, reader);
  }

  step(frame: Frame): ClientStep {
    // The rest of a message goes where its beginning went, whatever has happened since.
    if (frame.part === "middle" || frame.part === "last") return this.#begun;
    this.#fault = undefined;
    this.#conversation.inTransaction = true;
    this.#begun = this.#message(frame);
    if (this.#begun.kind !== "wait") this.#texts.done();
    return this.#begun;
  }

  #message(frame: Frame): ClientStep {
    if (frame.tag === clientTag.terminate) return END;
    const { mode, pipeline, progress } = this.#conversation;
    if (mode === "copying") return this.#whileCopying(frame);
    if (mode === "skipping" && frame.tag !== clientTag.sync) return DROP;
    if (this.#conversation.isEnding && mode !== "skipping") return this.#whileEnding(frame);
    const newest = pipeline.newest;
    // A statement whose time may end is cancelled then, and what the cancel hits must not be another one.
    const isHeld = pipeline.hasTimed && pipeline.owesReady;
    if (isHeld || pipeline.isFull || (newest !== undefined && mayAskForCopyData(newest)))
      return { kind: "wait", until: progress.next() };
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
        pipeline.push({ kind: "describe", ownFor: undefined });
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
        return functionCall();
      // What is left of a COPY that the server has ended with an error; it would throw these away as well.
      case clientTag.copyData:
      case clientTag.copyDone:
      case clientTag.copyFail:
        return DROP;
      default:
        throw new GatewayError("protocol/malformed", `message tag ${frame.tag} is not known after login`);
    }
  }

  /** Gives what goes to the server in front of the frame. */
  admitted(permits: readonly Permit[]): Buffer | undefined {
    const judged = this.#judged;
    this.#judged = undefined;
    if (judged?.resolved.length !== permits.length) {
      throw new GatewayError("internal/unexpected", "a frame was admitted that was not judged");
    }
    for (const permit of permits) permit.spend();
    return judged.onAdmitted(permits);
  }

  /** The frame does not pass. Gives the server's own words for the reason where it would have failed too. */
  refused({ code }: GatewayError): ClientFault | undefined {
    const judged = this.#judged;
    this.#judged = undefined;
    if (code !== "policy/unreadable" || judged === undefined) return this.#fault;
    const unknown = judged.resolved.find(({ fault }) => fault !== undefined)?.fault;
    return unknown ?? judged.read.find(({ syntaxError }) => syntaxError !== undefined)?.syntaxError;
  }

  /** Data of a COPY may still be on its way, as after an error of the server's. */
  #whileEnding({ tag }: Frame): ClientStep {
    if (tag === clientTag.copyData || tag === clientTag.copyDone || tag === clientTag.copyFail) return DROP;
    return { kind: "wait", until: this.#conversation.progress.next() };
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
    const text = decodeQuery(frame);
    const read = this.#texts.read(text);
    if ("kind" in read) return read;
    const { pipeline, names, progress } = this.#conversation;
    const resolved = resolveText(read.statements, names, pipeline.segment);
    if (resolved === UNSETTLED) return this.#texts.again(read, progress.next());
    const located = this.#conversation.objects.locate(resolved);
    if (located.kind === "wait") return this.#texts.again(read, located.until);
    const { statements } = located;
    const defines = statements.some(({ effect }) => effect.kind === "prepare" || effect.kind === "declare");
    if (defines && names.size >= MAX_NAMES) return tooManyNames(MAX_NAMES);
    if (defines && names.statements.weight > MAX_PREPARED_LENGTH) return tooMuchPrepared(MAX_PREPARED_LENGTH);
    return this.#judge(read.statements, statements, "run", noParameters, (permits) => {
      const running = statements.map((statement, at) => runningStatement(statement, permits[at]));
      for (const statement of statements) this.#runs(statement);
      pipeline.push(sentQuery(running, this.#conversation.resultOf(running[0])));
      return undefined;
    });
  }

  #parse(frame: Frame): ClientStep {
    const parse = decodeParse(frame);
    const read = this.#texts.read(parse.text);
    if ("kind" in read) return read;
    const { pipeline, names, progress } = this.#conversation;
    const name = serverName(parse.name);
    if (name === undefined) return ambiguousName(parse.name);
    if (names.size >= MAX_NAMES && !names.statements.has(name)) return tooManyNames(MAX_NAMES);
    if (names.statements.weight > MAX_PREPARED_LENGTH) {
      return pipeline.owesReady ? this.#texts.again(read, progress.next()) : tooMuchPrepared(MAX_PREPARED_LENGTH);
    }
    const statements = read.statements.map((statement) => withParameterTypes(statement, parse.types));
    const resolved = resolveText(statements, names, pipeline.segment);
    if (resolved === UNSETTLED) return this.#texts.again(read, progress.next());
    const located = this.#conversation.objects.locate(resolved);
    if (located.kind === "wait") return this.#texts.again(read, located.until);
    return this.#judge(statements, located.statements, "define", noParameters, () => {
      names.statements.expect(name, { statement: statements[0] }, pipeline.segment);
      pipeline.push({ kind: "parse", name });
      return undefined;
    });
  }

  #bind(frame: Frame): ClientStep {
    const { pipeline, names, progress } = this.#conversation;
    const bind = decodeBind(frame);
    const name = serverName(bind.portal);
    const statement = serverName(bind.statement);
    if (name === undefined) return ambiguousName(bind.portal);
    if (statement === undefined) return ambiguousName(bind.statement);
    if (names.size >= MAX_NAMES && !names.portals.has(name)) return tooManyNames(MAX_NAMES);
    if (names.portals.weight > MAX_BOUND_BYTES) {
      return pipeline.owesReady ? { kind: "wait", until: progress.next() } : tooMuchBound(MAX_BOUND_BYTES);
    }
    const prepared = names.statements.resolve(statement, pipeline.segment);
    if (prepared.kind === "unsettled") return { kind: "wait", until: progress.next() };
    const portal = prepared.kind === "known" ? portalOf(prepared.value.statement, bind.parameters) : UNSEEN;
    names.portals.expect(name, portal, pipeline.segment);
    pipeline.push({ kind: "bind", portal: name });
    return FORWARD;
  }

  #execute(frame: Frame): ClientStep {
    const { pipeline, names, progress } = this.#conversation;
    const sent = decodeExecute(frame);
    const name = serverName(sent);
    if (name === undefined) return ambiguousName(sent);
    const named = names.portals.resolve(name, pipeline.segment);
    if (named.kind === "unsettled") return { kind: "wait", until: progress.next() };
    const portal: Portal = named.kind === "missing" ? UNSEEN : named.value;
    switch (portal.kind) {
      case "empty":
        pipeline.push(sentExecute(undefined, undefined));
        return FORWARD;
      case "unseen":
        this.#fault = { sqlState: INVALID_CURSOR_NAME, message: `portal "${sent}" does not exist` };
        return unseenPortal();
      case "cursor":
        return this.#run(sent, { read: [], statement: portal.statement, parameters: noParameters });
      case "bound": {
        const resolved = resolveStatement(portal.statement, { names, segment: pipeline.segment });
        if (resolved === UNSETTLED) return { kind: "wait", until: progress.next() };
        return this.#run(sent, { read: [portal.statement], statement: resolved, parameters: portal.parameters });
      }
    }
  }

  /** Where a plan asks about the result's columns, the server is asked for them first: clients may know them from before. */
  #run(portal: string, { read, statement, parameters }: Run): ClientStep {
    const { pipeline, objects } = this.#conversation;
    const located = objects.locate([statement]);
    if (located.kind === "wait") return located;
    const [what = statement] = located.statements;
    return this.#judge(read, [what], "run", parameters, (permits) => {
      this.#runs(what);
      const running = runningStatement(what, permits[0]);
      const result = this.#conversation.resultOf(running);
      const execute = sentExecute(running, result);
      const before: Buffer[] = [];
      if (result?.awaitsDescription === true) {
        pipeline.push({ kind: "describe", ownFor: result });
        before.push(encodeDescribePortal(portal));
      }
      // The server tells that it is done with what came before, so that the time is the statement's own.
      if (execute.timed !== undefined) before.push(FLUSH);
      pipeline.push(execute);
      return before.length === 0 ? undefined : Buffer.concat(before);
    });
  }

  #runs(statement: ResolvedStatement): void {
    const { names, objects, pipeline } = this.#conversation;
    names.expect(statement, pipeline.segment);
    objects.admitted(statement);
  }

  #close(frame: Frame): ClientStep {
    const { kind, name } = decodeNamedObject(frame);
    this.#conversation.pipeline.push({ kind: "close", object: { kind, name: serverName(name) ?? name } });
    return FORWARD;
  }

  #judge(
    read: readonly PgStatement[],
    resolved: readonly ResolvedStatement[],
    stage: Statement["stage"],
    parameters: readonly Parameter[],
    onAdmitted: Judged["onAdmitted"],
  ): ClientStep {
    const obstacle = this.#conversation.textSettings.obstacle;
    if (obstacle !== undefined) {
      return refuse("policy/unreadable", obstacle);
    }
    if (this.#conversation.isReadOnly && resolved.some(({ liftsReadOnly }) => liftsReadOnly === true))
      return readOnlySession();
    this.#judged = { read, resolved, onAdmitted };
    return { kind: "judge", statements: resolved.map((parsed) => ({ parsed, stage, parameters })) };
  }
}

const UNSEEN: Portal = { kind: "unseen" };
const EMPTY: Portal = { kind: "empty" };

function portalOf(statement: PgStatement | undefined, parameters: readonly Parameter[]): Portal {
  if (statement === undefined) return EMPTY;
  return { kind: "bound", statement, parameters };
}
