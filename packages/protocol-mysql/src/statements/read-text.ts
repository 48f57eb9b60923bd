import type { MysqlStatement } from "./mysql-statement.ts";

/** A text as read: its statements in the order in which the server carries them out. Never empty; a text of nothing is one statement. */
export interface ReadText {
  readonly statements: readonly MysqlStatement[];
}
