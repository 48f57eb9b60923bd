import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { capability } from "../messages/capabilities.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { MAX_LONG_VALUES } from "./long-value.ts";
import { errorIn, TestConversation, type Beginning } from "./testing/conversation.ts";
import { client, message, resultSet, server, value } from "./testing/packets.ts";

const LAST = 0xffff_ffff;
const UNKNOWN_STATEMENT = 1243;

/** A session with one statement prepared, numbered 1. */
async function withPrepared(sql: string, parameters: number, beginning: Beginning = {}): Promise<TestConversation> {
  const talk = await TestConversation.begin(beginning);
  const described = Array.from({ length: parameters }, (_, at) => server.column(2 + at));
  const end = parameters === 0 ? [] : [server.eof(2 + parameters)];
  talk.ask(client.prepare(sql), server.prepared(1, 1, parameters, 0), ...described, ...end);
  expect(talk.busy).toBe(false);
  return talk;
}

const statusOf = (mode: string) => (mode === "NO_BACKSLASH_ESCAPES" ? { status: statusFlag.NO_BACKSLASH_ESCAPES } : {});

const values = (talk: TestConversation): readonly (string | undefined)[] =>
  talk.judged[0]?.parameters.map((one) => one.value?.toString()) ?? [];

describe("a prepared statement", () => {
  it("is judged when it is made and at each run, with its values", async () => {
    const talk = await withPrepared("delete from t where a = ? or a = ?", 2);
    expect(talk.outcomes).toEqual([{ permit: "1", result: "completed", code: "OK", rows: 0 }]);
    expect(talk.client(client.execute(1, [value.text("x"), value.null])).judged).toEqual(["run: delete"]);
    expect(values(talk)).toEqual(["x", undefined]);
    talk.server(server.ok(1, { rows: 3 }));
    expect(talk.outcomes.at(-1)).toEqual({ permit: "2", result: "completed", code: "OK", rows: 3 });
    talk.ask(client.execute(1, [value.text("y"), value.text("z")], { sameTypes: true }), server.ok(1));
    expect(values(talk)).toEqual(["y", "z"]);
  });

  it.each([
    [1, [0xff], "-1"],
    [0x8001, [0xff], "255"],
    [2, [0xff, 0xff], "-1"],
    [3, [0, 0, 0, 0x80], "-2147483648"],
    [0x8003, [0, 0, 0, 0x80], "2147483648"],
    [8, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "-1"],
    [0x8008, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "18446744073709551615"],
    [4, [0, 0, 0xc0, 0x3f], "1.5"],
    [5, [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], "1.5"],
    [10, [4, 0xe9, 7, 2, 28], "2025-02-28"],
    [12, [7, 0xe9, 7, 2, 28, 12, 30, 59], "2025-02-28 12:30:59"],
    [7, [11, 0xe9, 7, 2, 28, 12, 30, 59, 0x40, 0xe2, 1, 0], "2025-02-28 12:30:59.123456"],
    [12, [0], "0000-00-00"],
    [11, [8, 1, 2, 0, 0, 0, 3, 4, 5], "-2 03:04:05"],
    [246, [4, 0x31, 0x2e, 0x35, 0x30], "1.50"],
    [245, [2, 0x7b, 0x7d], "{}"],
    [13, [0xe9, 7], "2025"],
  ])("records a value of type %d as it is read: %j", async (type, bytes, read) => {
    const talk = await withPrepared("select ?", 1);
    talk.client(client.execute(1, [{ type, bytes }]));
    expect(values(talk)).toEqual([read]);
  });

  it.each([
    ["of a type nobody knows", [{ type: 0x101, bytes: [1] }]],
    ["that is NULL by its type alone", [{ type: 6, bytes: [1] }]],
    ["that is longer than the message", [{ type: 254, bytes: [9, 1] }]],
    ["with more behind it", [{ type: 254, bytes: [1, 1, 1] }]],
    ["of a date of five bytes", [{ type: 10, bytes: [5, 1, 1, 1, 1, 1] }]],
  ])("ends the session for a value %s", async (_what, bound) => {
    const talk = await withPrepared("select ?", 1);
    expect(() => talk.client(client.execute(1, bound))).toThrow("protocol/malformed");
  });

  it("is told what a server would say to types that were never sent", async () => {
    const talk = await withPrepared("select ?", 1);
    expect(talk.client(client.execute(1, [value.text("x")], { sameTypes: true })).step).toBe("reply");
    expect(errorIn(talk.toClient.at(-1))).toBe(1210);
  });

  it("takes attributes besides its values, and remembers only its own types", async () => {
    const talk = await withPrepared("select ?", 1, { capabilities: capability.QUERY_ATTRIBUTES });
    talk.ask(client.execute(1, [value.text("x"), value.text("attribute")], { counted: true }), server.ok(1));
    expect(values(talk)).toEqual(["x", "attribute"]);
    talk.ask(client.execute(1, [value.text("y")], { counted: true, sameTypes: true }), server.ok(1));
    expect(values(talk)).toEqual(["y"]);
  });

  it.each([client.execute(7), client.fetch(7, 1), client.reset(7)])("is unknown by other numbers", async (command) => {
    const talk = await withPrepared("select 1", 0);
    const before = talk.toServer.length;
    expect(talk.client(command).step).toBe("reply");
    expect(errorIn(talk.toClient.at(-1))).toBe(UNKNOWN_STATEMENT);
    expect(talk.toServer).toHaveLength(before);
  });

  it("is gone once it is closed, which nobody answers", async () => {
    const talk = await withPrepared("select 1", 0);
    expect(talk.client(client.close(1)).step).toBe("forward");
    expect(talk.busy).toBe(false);
    expect(talk.client(client.close(1)).step).toBe("drop");
    expect(talk.client(client.execute(1)).step).toBe("reply");
  });

  it("may not be one that works on other statements", async () => {
    const talk = await TestConversation.begin();
    for (const sql of [
      "prepare s from 'select 1'",
      "execute s",
      "kill query 1",
      "load data local infile 'f' into table t",
    ]) {
      expect(talk.client(client.prepare(sql)).step).toBe("refuse");
    }
    expect(talk.toServer).toEqual([]);
  });
});

describe("a prepared statement in other modes than its text was read in", () => {
  it.each([
    // read again the quotation ends elsewhere, and what was within it is a setting
    ['set @a = (select count(*) from t where x = "\\"), sql_mode = 0 -- ")', "ANSI_QUOTES"],
    ["set @a = (select count(*) from t where x = '\\'), sql_mode = 4 -- ')", "NO_BACKSLASH_ESCAPES"],
  ])("is refused where a server that prepares it anew would do something else: %s", async (sql, mode) => {
    const talk = await withPrepared(sql, 0);
    talk.ask(client.query(`set sql_mode = '${mode}'`), server.ok(1, statusOf(mode)));
    expect(talk.client(client.execute(1)).step).toBe("refuse");
    talk.ask(client.query("set sql_mode = ''"), server.ok(1));
    expect(talk.client(client.execute(1)).step).toBe("judge");
  });

  it("runs where the text means the same", async () => {
    const talk = await withPrepared("delete from t where a = 'x'", 0);
    talk.ask(client.query("set sql_mode = 'ANSI_QUOTES'"), server.ok(1));
    expect(talk.client(client.execute(1)).judged).toEqual(["run: delete"]);
  });
});

describe("the last prepared statement", () => {
  it("is what MariaDB's clients call it", async () => {
    const talk = await withPrepared("delete from t", 0);
    expect(talk.client(client.execute(LAST)).judged).toEqual(["run: delete"]);
  });

  it.each(["refused", "failed"])("is none after one that was %s", async (how) => {
    const talk = await withPrepared("delete from t", 0, { denied: ["drop"] });
    if (how === "refused") talk.client(client.prepare("drop table t"));
    else talk.ask(client.prepare("select nonsense"), server.err(1));
    expect(talk.client(client.execute(LAST)).step).toBe("reply");
    expect(errorIn(talk.toClient.at(-1))).toBe(UNKNOWN_STATEMENT);
    expect(talk.client(client.execute(1)).step).toBe("judge");
  });
});

describe("a cursor", () => {
  const READ_ONLY = 1;

  it("is opened for plain queries only", async () => {
    const talk = await withPrepared("select a from t", 0);
    talk.client(client.execute(1, [], { flags: READ_ONLY }));
    expect(talk.toServer.at(-1)).toEqual(client.execute(1, [], { flags: READ_ONLY }));
    const other = await withPrepared("delete from t returning a", 0, { version: "11.8.6-MariaDB" });
    other.client(client.execute(1, [], { flags: READ_ONLY }));
    expect(other.toServer.at(-1)).toEqual(client.execute(1));
  });

  it("keeps its rows to be fetched", async () => {
    const talk = await withPrepared("select a from t", 0);
    talk.client(client.execute(1, [], { flags: READ_ONLY }));
    talk.server(server.columns(1, 1), server.column(2), server.eof(3, statusFlag.CURSOR_EXISTS));
    expect(talk.busy).toBe(false);
    expect(talk.client(client.fetch(1, 2)).step).toBe("forward");
    talk.server(server.binaryRow(1), server.binaryRow(2), server.eof(3, statusFlag.LAST_ROW_SENT));
    expect(talk.busy).toBe(false);
    talk.ask(client.fetch(1, 2), server.err(1, 1421));
    expect(talk.busy).toBe(false);
  });
});

describe("values in pieces", () => {
  const note = (data: string): string =>
    `[${data.length} bytes sent in pieces, SHA-256 ${createHash("sha256").update(data).digest("hex")}]`;

  it("are noted by their length and hash, and belong to one execution", async () => {
    const talk = await withPrepared("insert into t values (?, ?)", 2);
    expect(talk.client(client.longData(1, 0, "some ")).step).toBe("forward");
    talk.client(client.longData(1, 0, "text"));
    talk.ask(client.execute(1, [value.long, value.text("x")]), server.ok(1));
    expect(values(talk)).toEqual([note("some text"), "x"]);
    talk.ask(client.execute(1, [value.text("y"), value.text("x")]), server.err(1));
    expect(values(talk)).toEqual(["y", "x"]);
  });

  it("of any length pass as they come", async () => {
    const talk = await withPrepared("insert into t values (?)", 1);
    const data = "x".repeat(2 ** 24 + 10);
    const bytes = client.longData(1, 0, data);
    talk.client(...[0, 1, 2, 3].map((at) => bytes.subarray(at * 5_000_000, (at + 1) * 5_000_000)));
    expect(Buffer.concat(talk.toServer).subarray(-bytes.length).equals(bytes)).toBe(true);
    talk.client(client.execute(1, [value.long]));
    expect(values(talk)).toEqual([note(data)]);
  });

  it("are gone after a reset", async () => {
    const talk = await withPrepared("insert into t values (?)", 1);
    talk.client(client.longData(1, 0, "some"));
    talk.ask(client.reset(1), server.ok(1));
    talk.client(client.execute(1, [value.text("x")]));
    expect(values(talk)).toEqual(["x"]);
  });

  it("of a refused execution are taken back from the server, which the client does not see", async () => {
    const talk = await withPrepared("insert into t values (?)", 1);
    talk.client(client.longData(1, 0, "some"));
    talk.ask(client.query("set sql_mode = 'ANSI_QUOTES'"), server.err(1));
    const told = talk.toClient.length;
    expect(talk.client(client.execute(1, [value.long])).step).toBe("refuse");
    expect(talk.toServer.at(-1)).toEqual(client.reset(1));
    expect(talk.stepFor(client.ping()).kind).toBe("wait");
    expect(talk.farewell()[3]).toBe(0);
    talk.server(server.ok(1));
    expect(talk.toClient).toHaveLength(told + 1);
    expect(talk.busy).toBe(false);
  });

  it("for what does not exist are left to the server, or not passed on", async () => {
    const talk = await withPrepared("insert into t values (?)", 1);
    expect(talk.client(client.longData(7, 0, "some")).step).toBe("drop");
    expect(talk.client(client.longData(1, 9, "some")).step).toBe("forward");
    expect(talk.client(message(0, [0x18, 1, 0])).step).toBe("drop");
    talk.ask(client.execute(1, [value.text("x")]), server.err(1, 1210));
    expect(values(talk)).toEqual(["x"]);
  });

  it("are bounded in number", async () => {
    const talk = await withPrepared("insert into t values (?)", MAX_LONG_VALUES + 1);
    for (let at = 0; at < MAX_LONG_VALUES; at++) talk.client(client.longData(1, at, "x"));
    expect(talk.client(client.longData(1, MAX_LONG_VALUES, "x")).step).toBe("drop");
    expect(talk.client(client.longData(1, 0, "x")).step).toBe("forward");
    expect(talk.client(client.execute(1)).step).toBe("refuse");
    talk.server(server.ok(1));
    expect(talk.client(client.longData(1, 9, "x")).step).toBe("forward");
  });
});

describe("bounds of a session", () => {
  it("are 4,096 prepared statements", async () => {
    const talk = await TestConversation.begin();
    for (let number = 1; number <= 4096; number++)
      talk.ask(client.prepare("select 1"), server.prepared(1, number, 0, 0));
    expect(talk.client(client.prepare("select 1")).step).toBe("refuse");
    expect(errorIn(talk.toClient.at(-1))).toBe(1461);
    expect(talk.client(client.query("prepare s from 'select 1'")).step).toBe("refuse");
    talk.client(client.close(1));
    expect(talk.client(client.prepare("select 1")).step).toBe("judge");
  });

  it("are 64 MiB of their texts", async () => {
    const talk = await TestConversation.begin();
    const large = Buffer.concat([
      Buffer.from("select 1 /*"),
      Buffer.alloc(32 * 1024 * 1024 - 13, "x"),
      Buffer.from("*/"),
    ]);
    talk.ask(client.prepare(large), server.prepared(3, 1, 0, 0));
    talk.ask(client.prepare(large), server.prepared(3, 2, 0, 0));
    expect(talk.client(client.prepare("select 1")).step).toBe("refuse");
    talk.client(client.close(2));
    expect(talk.client(client.prepare("select 1")).step).toBe("judge");
  });
});

it("rows of a binary result are followed as those of a text", async () => {
  const talk = await withPrepared("select a from t", 0);
  talk.client(client.execute(1));
  const [columns, column, end] = resultSet(1, []);
  if (columns === undefined || column === undefined || end === undefined) throw new Error("no result");
  talk.server(columns, column, end, server.binaryRow(4), server.eof(5));
  expect(talk.outcomes.at(-1)).toMatchObject({ result: "completed", rows: 1 });
});
