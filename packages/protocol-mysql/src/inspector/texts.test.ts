import { describe, expect, it } from "vitest";
import { capability } from "../messages/capabilities.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { errorIn, TestConversation } from "./testing/conversation.ts";
import { client, message, resultSet, server, value } from "./testing/packets.ts";

const MORE = statusFlag.MORE_RESULTS;
const sent = (talk: TestConversation): string => Buffer.concat(talk.toServer).toString("latin1");

describe("a text", () => {
  it("is judged statement by statement and reports how each ended", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query("select 1; delete from t"))).toEqual({
      step: "judge",
      judged: ["run: read", "run: delete"],
    });
    expect(talk.busy).toBe(true);
    talk.server(...resultSet(1, ["a", "b"], MORE), server.ok(7, { rows: 5 }));
    expect(talk.outcomes).toEqual([
      { permit: "1", result: "completed", code: "OK", rows: 2 },
      { permit: "2", result: "completed", code: "OK", rows: 5 },
    ]);
    expect(talk.busy).toBe(false);
  });

  it("that fails leaves what follows unrun", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("select nonsense; delete from t"), server.err(1, 1054));
    expect(talk.outcomes.map(({ result, code }) => `${result} ${code}`)).toEqual(["failed 1054", "skipped "]);
    expect(errorIn(talk.toClient[0])).toBe(1054);
  });

  it("that is refused is answered, and nothing of it reaches the server", async () => {
    const talk = await TestConversation.begin({ denied: ["drop"] });
    expect(talk.client(client.query("select 1; drop table t")).step).toBe("refuse");
    expect(talk.toServer).toEqual([]);
    expect(errorIn(talk.toClient[0])).toBe(1142);
    expect(talk.toClient[0]?.[3]).toBe(1);
    expect(talk.ask(client.query("select 1"), ...resultSet(1, ["1"])).step).toBe("judge");
  });

  it("of several packets is answered with the sequence id behind them", async () => {
    const talk = await TestConversation.begin({ denied: ["drop"] });
    talk.client(client.query(Buffer.concat([Buffer.from("drop table t -- "), Buffer.alloc(2 ** 24, "x")])));
    expect(talk.toClient[0]?.[3]).toBe(2);
  });

  it("waits while another one is answered", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("select 1"));
    const step = talk.stepFor(client.query("select 2"));
    if (step.kind !== "wait") throw new Error(step.kind);
    talk.server(...resultSet(1, ["1"]));
    await step.until;
    expect(talk.client(client.query("select 2")).step).toBe("judge");
  });

  it("of several statements is refused where the client did not ask for them", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.setOption(false), server.eof(1));
    expect(talk.client(client.query("select 1; select 2")).step).toBe("refuse");
    talk.ask(client.setOption(true), server.eof(1));
    expect(talk.client(client.query("select 1; select 2")).step).toBe("judge");
  });
});

describe("attributes", () => {
  const begin = (): Promise<TestConversation> => TestConversation.begin({ capabilities: capability.QUERY_ATTRIBUTES });

  it("are recorded, and the text is read behind them", async () => {
    const talk = await begin();
    const told = talk.client(client.queryWith("delete from t", value.text("one"), value.null));
    expect(told.judged).toEqual(["run: delete"]);
    expect(talk.judged[0]?.parameters.map((one) => one.value?.toString())).toEqual(["one", undefined]);
  });

  // to MySQL a value of each of these has a length in front: taken for shorter or longer, another text would be judged
  it.each([6, 9, 13, 14, 20, 244, 0x101, 0x7f01])("of type %d end the session", async (type) => {
    const talk = await begin();
    const smuggled = { type, bytes: "\u0008select '" };
    expect(() => talk.client(client.queryWith("drop table t -- '", smuggled))).toThrow("protocol/malformed");
    expect(talk.toServer).toEqual([]);
  });

  it.each([
    ["without types", [0x03, 1, 1, 0, 0, 1, 0x61]],
    ["in two sets", [0x03, 1, 2, 0, 1, 254, 0, 0, 1, 0x61]],
    ["more than there are", [0x03, 0xfc, 0xff, 0xff, 1, 0]],
    ["longer than the message", [0x03, 1, 1, 0, 1, 254, 0, 0, 0xfd, 0xff, 0xff, 0xff]],
  ])("%s end the session", async (_what, bytes) => {
    const talk = await begin();
    expect(() => talk.client(message(0, bytes))).toThrow("protocol/malformed");
  });
});

describe("KILL QUERY", () => {
  it("is the gateway's to carry out", async () => {
    const talk = await TestConversation.begin();
    const step = talk.stepFor(client.query("kill query 7"));
    if (step.kind !== "cancel") throw new Error(step.kind);
    expect(step.id).toBe(7);
    expect(step.told.subarray(0, 5)).toEqual(Buffer.of(7, 0, 0, 1, 0));
    expect(errorIn(step.unknown)).toBe(1094);
  });

  it.each(["kill 7", "kill query @a", "select 1; kill query 7"])("in other forms is refused: %s", async (sql) => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query(sql)).step).toBe("refuse");
    expect(sent(talk)).toBe("");
  });
});

describe("names that SQL prepares", () => {
  const prepare = (name: string, sql: string): Buffer => client.query(`prepare ${name} from '${sql}'`);

  it("stand for what they run", async () => {
    const talk = await TestConversation.begin();
    talk.ask(prepare("s", "delete from t"), server.ok(1));
    expect(talk.client(client.query("EXECUTE S")).judged).toEqual(["run: session delete"]);
    talk.server(server.ok(1));
    talk.ask(client.query("deallocate prepare s"), server.ok(1));
    expect(talk.client(client.query("execute s")).step).toBe("refuse");
  });

  it("are gone when they could not be made anew", async () => {
    const talk = await TestConversation.begin();
    talk.ask(prepare("s", "select 1"), server.ok(1));
    talk.ask(prepare("s", "select nonsense"), server.err(1));
    expect(talk.client(client.query("execute s")).step).toBe("refuse");
  });

  it.each([server.ok(1), server.err(1)])("mean nothing certain once a procedure has run", async (answer) => {
    const talk = await TestConversation.begin();
    talk.ask(prepare("s", "select 1"), server.ok(1));
    talk.ask(client.query("call p()"), answer);
    expect(talk.client(client.query("execute s")).step).toBe("refuse");
  });

  it("within one text are what they will be by then", async () => {
    const talk = await TestConversation.begin();
    expect(talk.stepFor(client.query("prepare s from 'delete from t'; execute s")).kind).toBe("judge");
    expect(talk.client(client.query("prepare s from 'select 1'; call p(); execute s")).step).toBe("refuse");
    expect(talk.client(client.query("prepare s from 'call p()'; execute s")).judged.at(-1)).toBe("run: session call");
  });
});

describe("what has no text", () => {
  it("is judged in the words of SQL", async () => {
    const talk = await TestConversation.begin();
    expect(talk.ask(client.initDb("a`b"), server.ok(1)).judged).toEqual(["run: session"]);
    expect(talk.judged[0]?.parsed.text).toBe("USE `a``b`");
    expect(talk.client(client.fieldList("t")).judged).toEqual(["run: read"]);
    talk.server(server.column(1), server.column(2), server.eof(3));
    expect(talk.outcomes.at(-1)).toMatchObject({ result: "completed", rows: 2 });
  });

  it("is passed on and answered", async () => {
    const talk = await TestConversation.begin();
    expect(talk.ask(client.ping(), server.ok(1)).step).toBe("forward");
    expect(talk.ask(client.statistics(), message(1, "Uptime: 7")).step).toBe("forward");
    expect(talk.busy).toBe(false);
    expect(talk.client(client.quit()).step).toBe("end");
  });

  it("may be a new login", async () => {
    const talk = await TestConversation.begin({ capabilities: capability.PLUGIN_AUTH });
    expect(talk.client(client.changeUser("bob")).step).toBe("log-in-again");
  });

  const refused = [0x00, 0x05, 0x06, 0x07, 0x08, 0x0a, 0x0c, 0x0d, 0x12, 0x15, 0x1e, 0x20, 0xfa, 0xfe, 0x77];
  it.each(refused)("is refused where it is not relayed: %d", async (byte) => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.command(byte)).step).toBe("refuse");
    expect(errorIn(talk.toClient[0])).toBe(1047);
    expect(talk.toServer).toEqual([]);
    expect(talk.client(client.ping()).step).toBe("forward");
  });

  it.each([
    ["a command with the wrong sequence id", message(3, [0x03], "select 1")],
    ["an empty packet", message(0)],
    ["the end of a file that nobody asked for", message(4)],
  ])("ends the session where it is %s", async (_what, bytes) => {
    const talk = await TestConversation.begin();
    expect(() => talk.client(bytes)).toThrow(/protocol\/(out-of-order|malformed)/);
  });
});
