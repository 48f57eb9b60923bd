import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { TextModes } from "../statements/text-modes.ts";

/** A statement on its way through the server. */
export interface RunningStatement {
  readonly statement: MysqlStatement;
  readonly permit: string;
  /** Those in which it was read. */
  readonly modes: TextModes | undefined;
}

/** What the server's answer to a command is made of. */
export type Grammar =
  /** An OK, or an EOF that stands for one. */
  | "ok"
  /** One packet of any content. */
  | "text"
  /** A result for each statement, and more for one that calls a procedure. */
  | "results"
  /** A statement's number, then descriptions of its parameters and columns. */
  | "prepare"
  /** Rows of a cursor. */
  | "rows"
  /** Descriptions of columns up to an end. */
  | "columns";

/**
 * Where the answer stands: `head`: at its first packet, or at that of a further result. `descriptions`: so many packets of
 * known content are still to come. `columns-end`: an EOF behind them. `rows`: rows up to an end.
 */
export type Stage = "head" | "descriptions" | "columns-end" | "rows";

/** A command that the server has still to answer. */
export interface Reply {
  readonly grammar: Grammar;
  readonly running: readonly RunningStatement[];
  /** Called once the server has said OK. */
  readonly onOk: () => void;
  /** Whether the command was the gateway's own, so that the client hears nothing of the answer. */
  readonly isOwn: boolean;
  /** The answer to a command of the gateway's own that went to the server right behind. */
  readonly behind: Reply | undefined;
  stage: Stage;
  descriptions: number;
  /** Of a prepared statement, whose columns are described behind its parameters. */
  columns: number;
  /** Whether the rows are what a procedure gives back: their EOF does not say what the one before them did, that more follows. */
  moreBehindRows: boolean;
  /** How many of the statements are complete, and the rows of the one that runs. */
  done: number;
  rows: number;
}

/**
 * Where the conversation stands: `idle`: the client may send a command. `answering`: the server owes the rest of an answer.
 * `sending-file`: the client owes the file that the server asked for, within an answer.
 */
export type Exchange =
  | { readonly at: "idle" }
  | { readonly at: "answering"; readonly reply: Reply }
  | { readonly at: "sending-file"; readonly reply: Reply };

const nothing = (): void => undefined;

/** A reply of which nothing has come. */
export function newReply(
  grammar: Grammar,
  running: readonly RunningStatement[] = [],
  onOk: () => void = nothing,
): Reply {
  return { ...emptyReply, grammar, running, onOk, stage: grammar === "rows" ? "rows" : "head" };
}

/** The answer to a command that the gateway has sent of itself. */
export function ownReply(onOk: () => void = nothing): Reply {
  return { ...emptyReply, isOwn: true, onOk };
}

const emptyReply: Reply = {
  grammar: "ok",
  running: [],
  onOk: nothing,
  isOwn: false,
  behind: undefined,
  stage: "head",
  descriptions: 0,
  columns: 0,
  moreBehindRows: false,
  done: 0,
  rows: 0,
};
