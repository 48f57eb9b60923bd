import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { decodeText } from "../statements/character-sets.ts";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { Conversation } from "./conversation.ts";
import { judgeRunning } from "./judge-running.ts";
import type { Judgement } from "./judgement.ts";

/** COM_INIT_DB: what USE says in SQL. */
export function judgeInitDb(conversation: Conversation, body: ByteReader): Judgement {
  const name = nameIn(conversation, body.rest());
  const statement = wordedAs(`USE ${quoted(name)}`, "session", name);
  return judgeRunning(conversation, { ...inModes(conversation), statements: [statement], grammar: "ok" });
}

/** COM_FIELD_LIST: what SHOW COLUMNS says in SQL. */
export function judgeFieldList(conversation: Conversation, body: ByteReader): Judgement {
  const name = nameIn(conversation, body.untilNul());
  const statement = wordedAs(`SHOW COLUMNS FROM ${quoted(name)}`, "read", name);
  return judgeRunning(conversation, { ...inModes(conversation), statements: [statement], grammar: "columns" });
}

function inModes({ modes }: Conversation) {
  return { stage: "run", modes: modes.known } as const;
}

/** A name has no quotes in it here, so that it is what it is in any mode. */
function nameIn({ modes }: Conversation, bytes: Buffer): string {
  return decodeText(bytes, modes.known?.characterSet ?? "binary");
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function wordedAs(text: string, verb: "session" | "read", name: string): MysqlStatement {
  return {
    text,
    verbs: [verb],
    objects: [{ database: undefined, name }],
    effect: { kind: "none" },
    isPlainQuery: false,
    runsToEnd: false,
  };
}
