import { describe, expect, it } from "vitest";
import { everySplit } from "../../../../test/support/every-split.ts";
import { capability } from "../messages/capabilities.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { errorIn, TestConversation, type Beginning } from "./testing/conversation.ts";
import { client, message, resultSet, server } from "./testing/packets.ts";

const MORE = statusFlag.MORE_RESULTS;
const DEPRECATE_EOF = { capabilities: capability.DEPRECATE_EOF } satisfies Beginning;
const TRACKING = { capabilities: capability.SESSION_TRACK } satisfies Beginning;
const schema = [{ kind: "schema", name: "shop" }] as const;
const results = (talk: TestConversation): readonly string[] =>
  talk.outcomes.map(({ result, code, rows }) => `${result} ${code} ${rows}`);

describe("rows", () => {
  it("end with an EOF, or with an OK where EOF is no longer spoken", async () => {
    const older = await TestConversation.begin();
    older.ask(client.query("select a from t"), ...resultSet(1, ["x", "y"]));
    const newer = await TestConversation.begin(DEPRECATE_EOF);
    newer.ask(client.query("select a from t"), server.columns(1, 1), server.column(2), server.row(3, "x"));
    expect(newer.busy).toBe(true);
    newer.server(server.row(4, "y"), server.okBehindRows(5));
    for (const talk of [older, newer]) {
      expect(results(talk)).toEqual(["completed OK 2"]);
      expect(talk.busy).toBe(false);
    }
  });

  it.each([{}, DEPRECATE_EOF])("that begin with a value of 16 MiB and more are none of the two", async (beginning) => {
    const talk = await TestConversation.begin(beginning);
    const isOlder = beginning === undefined || !("capabilities" in beginning);
    talk.ask(client.query("select a from t"), server.columns(1, 1), server.column(2));
    if (isOlder) talk.server(server.eof(3));
    const first = isOlder ? 4 : 3;
    const row = server.row(first, "x".repeat(2 ** 24));
    expect(row[4]).toBe(0xfe);
    talk.server(row);
    expect(talk.busy).toBe(true);
    talk.server(isOlder ? server.eof(first + 2) : server.okBehindRows(first + 2));
    expect(results(talk)).toEqual(["completed OK 1"]);
  });

  it("may break off with an error", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("select a from t; select 2"), ...resultSet(1, ["x"]).slice(0, 4), server.err(5, 1317));
    expect(results(talk)).toEqual(["failed 1317 1", "skipped  0"]);
    expect(talk.busy).toBe(false);
  });
});

describe("several results", () => {
  it("of a procedure are one statement's", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("call p(); delete from t"), ...resultSet(1, ["x"], MORE), ...resultSet(6, ["y"], MORE));
    expect(results(talk)).toEqual([]);
    talk.server(server.ok(11, { status: MORE }), server.ok(12, { rows: 4 }));
    expect(results(talk)).toEqual(["completed OK 2", "completed OK 4"]);
  });

  it("of what a procedure gives back may hide that more follows", async () => {
    const talk = await TestConversation.begin();
    const status = MORE | statusFlag.PS_OUT_PARAMS;
    talk.ask(client.query("call p(@a)"), server.columns(1, 1), server.column(2), server.eof(3, status));
    talk.server(server.row(4, "x"), server.eof(5));
    expect(talk.busy).toBe(true);
    talk.server(server.ok(6));
    expect(results(talk)).toEqual(["completed OK 1"]);
  });

  it("of a stored program that the server cuts elsewhere are the program's", async () => {
    const talk = await TestConversation.begin({ denied: ["drop"] });
    const text = "create procedure p() select 1 as begin; select 2";
    expect(talk.client(client.query(text)).judged).toHaveLength(1);
    talk.server(server.ok(1, { status: MORE }), ...resultSet(2, ["2"]));
    expect(results(talk)).toEqual(["completed OK 1"]);
    expect(talk.client(client.query("create procedure p() select 1 as begin; drop table t")).step).toBe("refuse");
  });

  it("beyond what was read end the session", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("select 1; delete from t"));
    talk.server(server.ok(1, { status: MORE }), server.ok(2, { status: MORE }));
    expect(() => {
      talk.server(server.ok(3));
    }).toThrow("server/malformed");
  });

  it("that stay out leave the rest unrun", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("select 1; delete from t"), ...resultSet(1, ["1"]));
    expect(results(talk)).toEqual(["completed OK 1", "skipped  0"]);
  });
});

describe("the state of a session", () => {
  const ending = { info: "Rows matched: 1", changes: schema } as const;

  it("is told to clients that asked for it, byte for byte", async () => {
    const talk = await TestConversation.begin(TRACKING);
    talk.ask(client.query("use shop"), server.ok(1, ending));
    expect(talk.toClient).toEqual([server.ok(1, ending)]);
  });

  it("is kept from others, in both kinds of OK", async () => {
    const talk = await TestConversation.begin(DEPRECATE_EOF);
    talk.ask(client.query("use shop"), server.ok(1, ending));
    expect(talk.toClient).toEqual([message(1, [0, 0, 0, 2, 0, 0, 0, 15], "Rows matched: 1")]);
    talk.ask(client.query("select 1"), server.columns(1, 1), server.column(2), server.okBehindRows(3, ending));
    expect(talk.toClient.at(-1)).toEqual(message(3, [0xfe, 0, 0, 2, 0, 0, 0, 15], "Rows matched: 1"));
  });

  it("that is cut off ends the session", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("use shop"));
    expect(() => {
      talk.server(message(1, [0, 0, 0, 2, 0x40, 0, 0, 0, 9, 1, 5]));
    }).toThrow("server/malformed");
  });
});

describe("a file of the client's", () => {
  const load = "load data local infile 'rows.csv' into table t";
  const begin = (): Promise<TestConversation> => TestConversation.begin({ capabilities: capability.LOCAL_FILES });

  it("passes in pieces once the server asks for it", async () => {
    const talk = await begin();
    expect(talk.client(client.query(load)).judged).toEqual(["run: insert copy-in"]);
    talk.server(server.askFile(1, "rows.csv"));
    expect(talk.client(client.file(2, "1,2\n")).step).toBe("forward");
    expect(talk.client(client.file(3, Buffer.alloc(2 ** 24, "x"))).step).toBe("forward");
    expect(talk.client(client.file(5, "")).step).toBe("forward");
    expect(talk.stepFor(client.ping()).kind).toBe("wait");
    talk.server(server.ok(6, { rows: 2 }));
    expect(results(talk)).toEqual(["completed OK 2"]);
  });

  it("may be longer than there are sequence ids", async () => {
    const talk = await begin();
    talk.ask(client.query(load), server.askFile(1, "rows.csv"));
    for (let at = 2; at < 700; at++)
      expect(talk.client(client.file(at % 256, "\u0003drop table t")).step).toBe("forward");
    talk.ask(client.file(700 % 256, ""), server.ok(701 % 256));
    expect(talk.busy).toBe(false);
  });

  it.each([
    ["another file", load, "/etc/passwd"],
    ["a file that no statement named", "select 1", "rows.csv"],
    ["a file of the server's", "load data infile 'rows.csv' into table t", "rows.csv"],
  ])("is never given: %s", async (_what, sql, file) => {
    const talk = await begin();
    talk.client(client.query(sql));
    expect(() => {
      talk.server(server.askFile(1, file));
    }).toThrow("server/malformed");
  });

  it("is one that the client can send", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query(load)).step).toBe("refuse");
    expect(talk.toServer).toEqual([]);
  });

  it("is not answered before its end", async () => {
    const talk = await begin();
    talk.ask(client.query(load), server.askFile(1, "rows.csv"));
    talk.client(client.file(2, "rows"));
    expect(() => {
      talk.server(server.ok(3));
    }).toThrow("server/malformed");
  });

  it("is not interrupted by commands", async () => {
    const talk = await begin();
    talk.ask(client.query(load), server.askFile(1, "rows.csv"));
    expect(() => talk.client(client.query("select 1"))).toThrow("protocol/out-of-order");
    expect(() => talk.client(client.file(7, "rows"))).toThrow("protocol/out-of-order");
  });
});

describe("a server that lies", () => {
  const answers: readonly (readonly [what: string, answer: readonly Buffer[]])[] = [
    ["a wrong sequence id", [server.ok(2)]],
    ["a result without columns", [server.columns(1, 0)]],
    ["more columns than there can be", [server.columns(1, 70_000)]],
    ["a head with more behind it", [message(1, [1, 1])]],
    ["descriptions without an end", [server.columns(1, 1), server.column(2), server.row(3, "x")]],
    ["an empty packet", [message(1)]],
    ["half an OK", [message(1, [0, 0, 0])]],
    ["half an error", [message(1, [0xff, 1])]],
    ["an answer that is too long", [message(1, [0], Buffer.alloc(70_000))]],
  ];
  it.each(answers)("ends the session: %s", async (_what, answer) => {
    const talk = await TestConversation.begin();
    talk.client(client.query("select 1"));
    expect(() => {
      talk.server(...answer);
    }).toThrow("server/malformed");
  });

  it("ends it with rows that end too long", async () => {
    const talk = await TestConversation.begin(DEPRECATE_EOF);
    talk.ask(client.query("select 1"), server.columns(1, 1), server.column(2));
    expect(() => {
      talk.server(message(3, [0xfe], Buffer.alloc(70_000)));
    }).toThrow("server/malformed");
  });

  it.each([server.ok(0), server.row(0, "x"), server.askFile(0, "x")])("ends it unasked", async (answer) => {
    const talk = await TestConversation.begin();
    expect(() => {
      talk.server(answer);
    }).toThrow("server/malformed");
  });

  it("may say goodbye, and has the last word", async () => {
    const talk = await TestConversation.begin();
    talk.server(server.err(0, 4031));
    expect(errorIn(talk.toClient[0])).toBe(4031);
    expect(talk.farewell()).toHaveLength(0);
  });
});

describe("a farewell", () => {
  it("takes the place of what the client waits for", async () => {
    const talk = await TestConversation.begin();
    expect(talk.farewell().subarray(3, 5)).toEqual(Buffer.of(0, 0xff));
    talk.ask(client.query("select 1"), ...resultSet(1, ["1"]).slice(0, 3));
    expect(talk.farewell().subarray(3, 5)).toEqual(Buffer.of(4, 0xff));
  });
});

describe("a whole conversation", () => {
  const text = [
    client.query("select 1; call p()"),
    [...resultSet(1, ["1"], MORE), ...resultSet(6, ["2"], MORE), server.ok(11)],
  ] as const;
  const prepare = [
    client.prepare("select ?"),
    [server.prepared(1, 1, 1, 1), server.column(2), server.eof(3), server.column(4), server.eof(5)],
  ] as const;
  const failing = [client.prepare("select nonsense"), [server.err(1)]] as const;
  const state = [client.query("use shop"), [server.ok(1, { changes: schema })]] as const;

  it("is the same however the bytes arrive", async () => {
    for (const [command, answer] of [text, prepare, failing, state]) {
      const whole = await TestConversation.begin();
      whole.ask(command, ...answer);
      for (const chunks of everySplit(Buffer.concat(answer))) {
        const talk = await TestConversation.begin();
        talk.ask(command, ...chunks);
        expect(Buffer.concat(talk.toClient)).toEqual(Buffer.concat(whole.toClient));
        expect(talk.outcomes).toEqual(whole.outcomes);
        expect(talk.busy).toBe(false);
      }
    }
  });
});
