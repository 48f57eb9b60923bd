import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Frame } from "@sallyport/shared/frame";
import { decodeComQuery } from "../messages/com-query.ts";
import { encodePacket } from "../messages/encode-packet.ts";
import { encodeOkPacket, OK } from "../messages/ok-packet.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { sequenceBehindFrame } from "../packet-frame.ts";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { TextModes } from "../statements/text-modes.ts";
import type { Conversation } from "./conversation.ts";
import { judgeRunning } from "./judge-running.ts";
import type { CommandStep, PlainStep } from "./judgement.ts";
import {
  killAmongOthers,
  localFilesOff,
  notPreparedHere,
  notToBePrepared,
  preparedInOtherModes,
  tooManyPrepared,
  tooMuchPrepared,
  unsureModes,
} from "./refusals.ts";
import { unknownThread } from "./replies.ts";
import { resolveNames, type Unresolved } from "./resolve-names.ts";

/** What a text may be made of to be read while nobody knows in which modes the server reads it: it means the same in all. */
const SAME_IN_ALL_MODES = /^(?:[A-Za-z0-9_@=.,;\s]|'[A-Za-z0-9_,\s]*')*$/;
const anyModes: TextModes = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  ignoreSpace: false,
  characterSet: "utf8mb4",
};

/** The commands that bring texts: COM_QUERY and COM_STMT_PREPARE. */
export class TextSide {
  readonly #conversation: Conversation;
  readonly #reader: StatementReader;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#reader = reader;
  }

  query(frame: Frame, body: ByteReader): CommandStep {
    const { layout, multi, prepared } = this.#conversation;
    const { attributes, text } = decodeComQuery(body, layout.queryAttributes);
    const modes = this.#modesFor(text);
    if (modes === undefined) return unsureModes();
    const { statements } = this.#reader.read(text, modes, multi);
    const [first] = statements;
    if (first?.effect.kind === "kill-query" && statements.length === 1) return this.#kill(frame, first.effect.id);
    if (causes(statements, "kill-query")) return killAmongOthers();
    if (causes(statements, "prepare")) {
      const refusal = this.#noRoomFor(text.length);
      if (refusal !== undefined) return refusal;
    }
    const resolved = resolveNames(statements, prepared, modes);
    if (!isResolved(resolved)) {
      return resolved.kind === "other-modes" ? preparedInOtherModes() : notPreparedHere(resolved.name);
    }
    if (!layout.localFiles && causes(resolved, "load-local")) return localFilesOff();
    return judgeRunning(this.#conversation, {
      statements: resolved,
      stage: "run",
      grammar: "results",
      modes,
      parameters: attributes,
    });
  }

  prepare(body: ByteReader): CommandStep {
    const modes = this.#conversation.modes.known;
    if (modes === undefined) return unsureModes();
    const text = body.rest();
    const refusal = this.#noRoomFor(text.length);
    if (refusal !== undefined) return refusal;
    const { statements } = this.#reader.read(text, modes, false);
    const [statement] = statements;
    if (statement === undefined || statements.length > 1 || !isPreparable(statement)) return notToBePrepared();
    const judgement = judgeRunning(this.#conversation, { statements, stage: "define", grammar: "prepare", modes });
    return {
      ...judgement,
      onAdmitted: (permits) => {
        this.#conversation.preparing = { statement, text: Buffer.from(text), modes };
        return judgement.onAdmitted(permits);
      },
    };
  }

  #noRoomFor(textBytes: number): PlainStep | undefined {
    const { prepared } = this.#conversation;
    if (prepared.isFull) return tooManyPrepared();
    return prepared.hasRoomFor(textBytes) ? undefined : tooMuchPrepared();
  }

  /** The numbers are the gateway's own, so the server is never asked. */
  #kill(frame: Frame, id: number): PlainStep {
    const ok = {
      header: OK,
      affectedRows: 0n,
      lastInsertId: 0n,
      status: statusFlag.AUTOCOMMIT,
      warnings: 0,
      info: Buffer.alloc(0),
      stateChanges: undefined,
    } as const;
    const { clientTracks } = this.#conversation.layout;
    const told = encodePacket(sequenceBehindFrame(frame), encodeOkPacket(ok, { sessionTrack: clientTracks }));
    return { kind: "cancel", id, told, unknown: unknownThread(frame, id) };
  }

  /** While modes are in doubt, only what settles them is read, and only where it means the same in all of them. */
  #modesFor(text: Buffer): TextModes | undefined {
    const modes = this.#conversation.modes.known;
    if (modes !== undefined) return modes;
    const isSame = SAME_IN_ALL_MODES.test(text.toString("latin1"));
    const [only, ...more] = isSame ? this.#reader.read(text, anyModes, false).statements : [];
    return only?.effect.kind === "modes" && more.length === 0 ? anyModes : undefined;
  }
}

function isResolved(found: readonly MysqlStatement[] | Unresolved): found is readonly MysqlStatement[] {
  return Array.isArray(found);
}

function causes(statements: readonly MysqlStatement[], kind: MysqlStatement["effect"]["kind"]): boolean {
  return statements.some(({ effect }) => effect.kind === kind);
}

/** What runs statements of its own by name, or ends others', is sent as a text, where it can be followed. */
function isPreparable({ effect }: MysqlStatement): boolean {
  return effect.kind === "none" || effect.kind === "modes";
}
