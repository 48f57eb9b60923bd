import { changedParts } from "../mode-change.ts";
import type { MysqlStatement, SqlEffect } from "../mysql-statement.ts";
import type { ModeParts } from "../sql-mode.ts";
import { createStatementReader, type StatementReader } from "../statement-reader.ts";
import type { TextModes } from "../text-modes.ts";

/** The modes of a session that nobody has changed. */
export const plainModes: TextModes = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  ignoreSpace: false,
  characterSet: "utf8mb4",
};

/** A reader of each flavour, for tests. */
export const readers = {
  mysql: createStatementReader({ flavour: "mysql", version: 90_704 }),
  mariadb: createStatementReader({ flavour: "mariadb", version: 110_806 }),
} as const satisfies Readonly<Record<string, StatementReader>>;

export const flavours = ["mysql", "mariadb"] as const;

/** The statements of a text of one flavour's. */
export function readWith(
  flavour: keyof typeof readers,
  sql: string | Buffer,
  modes: Partial<TextModes> = {},
  multi = true,
): readonly MysqlStatement[] {
  const text = typeof sql === "string" ? Buffer.from(sql) : sql;
  return readers[flavour].read(text, { ...plainModes, ...modes }, multi).statements;
}

/** The verbs of each statement of a text, as one line. */
export function verbsWith(flavour: keyof typeof readers, sql: string | Buffer, modes: Partial<TextModes> = {}): string {
  return readWith(flavour, sql, modes)
    .map((statement) => statement.verbs.join(" "))
    .join(" | ");
}

/** The modes that hold after a statement; undefined where it changes none. */
export function modesAfter(before: TextModes, effect: SqlEffect | undefined): TextModes | undefined {
  if (effect?.kind !== "modes") return undefined;
  let parts: ModeParts | undefined = before;
  let { characterSet } = before;
  for (const change of effect.changes) {
    parts = changedParts(parts, change);
    characterSet = change.characterSet ?? characterSet;
  }
  return { ...before, ...parts, characterSet };
}
