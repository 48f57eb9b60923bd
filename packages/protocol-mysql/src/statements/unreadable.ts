import type { MysqlStatement } from "./mysql-statement.ts";

/** A statement that no policy allows, with the reason for the client. Where a text cannot be cut, the whole of it is one. */
export function unreadable(text: string, because: string): MysqlStatement {
  return {
    text,
    verbs: ["unknown"],
    unknownBecause: because,
    effect: { kind: "none" },
    isPlainQuery: false,
    runsToEnd: false,
  };
}
