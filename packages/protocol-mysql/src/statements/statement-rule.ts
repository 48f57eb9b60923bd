import type { Dialect } from "./dialect.ts";
import type { Findings } from "./findings.ts";
import type { MysqlStatement } from "./mysql-statement.ts";
import type { Phrase } from "./phrase.ts";
import type { StatementScan } from "./statement-scan.ts";
import type { TextModes } from "./text-modes.ts";
import type { Token } from "./token.ts";

/** One statement as its rule sees it. */
export interface StatementView {
  readonly phrase: Phrase;
  readonly scan: StatementScan;
  readonly dialect: Dialect;
  /** The modes that the text is read in. */
  readonly modes: TextModes;
  /** What a literal stands for, as bytes. */
  literal(token: Token): Buffer;
  /** Judges the statement that begins at this place within this one. */
  judge(at: number, found: Findings): void;
  /** Reads a text that the statement has prepared or carried out at once; undefined where that may not be nested further. */
  readInner(text: Buffer): MysqlStatement | undefined;
}

/** Finds the verbs of a statement whose first word stands at `at`. */
export type StatementRule = (view: StatementView, at: number, found: Findings) => void;

/** By the first word of a statement. */
export type StatementRules = Readonly<Record<string, StatementRule>>;
