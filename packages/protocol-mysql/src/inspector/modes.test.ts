import { describe, expect, it } from "vitest";
import { capability } from "../messages/capabilities.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { fact } from "../server-facts.ts";
import { errorIn, TestConversation } from "./testing/conversation.ts";
import { client, server } from "./testing/packets.ts";

const MARIADB = "11.8.6-MariaDB";
/** One statement where a quote begins a text, two where it begins a name. */
const ambiguous = String.raw`select "\"; drop table t -- "`;
const readsAs = (talk: TestConversation, sql = ambiguous): readonly string[] => {
  const step = talk.stepFor(client.query(sql));
  return step.kind === "judge" ? step.statements.map(({ parsed }) => parsed.verbs.join(" ")) : [step.kind];
};
const variable = (name: string, to: string) => ({ kind: "variable", name, value: to }) as const;

describe("modes", () => {
  it("hold once the server said OK", async () => {
    const talk = await TestConversation.begin();
    expect(readsAs(talk)).toEqual(["read"]);
    talk.client(client.query("set sql_mode = 'ANSI_QUOTES'"));
    talk.server(server.ok(1));
    expect(readsAs(talk)).toEqual(["read", "drop"]);
    talk.ask(client.query("set sql_mode = ''"), server.ok(1));
    expect(readsAs(talk)).toEqual(["read"]);
  });

  it("are in doubt after an error, until they are set", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("set sql_mode = 'ANSI_QUOTES'"), server.err(1));
    expect(readsAs(talk, "select 1")).toEqual(["refuse"]);
    expect(talk.client(client.query("set names utf8mb4")).step).toBe("judge");
    talk.server(server.ok(1));
    expect(readsAs(talk, "select 1")).toEqual(["refuse"]);
    talk.ask(client.query("set sql_mode = 'ANSI_QUOTES'"), server.ok(1));
    expect(readsAs(talk)).toEqual(["read", "drop"]);
  });

  it("are not in doubt where the statement would have changed nothing", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("set names utf8mb4 collate utf8mb4_nonsense"), server.err(1, 1273));
    expect(readsAs(talk, "select 1")).toEqual(["read"]);
  });

  it("of a character set that cannot be followed keep all but its settling out, and the SQL mode is remembered", async () => {
    const talk = await TestConversation.begin({
      settings: { [fact.characterSetClient]: "gbk", [fact.sqlMode]: "ANSI_QUOTES" },
    });
    expect(readsAs(talk, "select 1")).toEqual(["refuse"]);
    expect(readsAs(talk, "set names gbk")).toEqual(["refuse"]);
    expect(readsAs(talk, "set names utf8mb4; drop table t")).toEqual(["refuse"]);
    talk.ask(client.query("set names 'utf8mb4'"), server.ok(1));
    expect(readsAs(talk)).toEqual(["read", "drop"]);
  });

  it("are those that a prepared SET finds, not those that it was prepared in", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.prepare("set names latin1"), server.prepared(1, 1, 0, 0));
    talk.ask(client.query("set sql_mode = 'ANSI_QUOTES'"), server.ok(1));
    talk.ask(client.execute(1), server.ok(1));
    expect(readsAs(talk)).toEqual(["read", "drop"]);
  });

  it("follow what the server says has changed", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("call p()"), server.ok(1, { changes: [variable("character_set_client", "gbk")] }));
    expect(readsAs(talk, "select 1")).toEqual(["refuse"]);
    talk.ask(client.ping(), server.ok(1, { changes: [variable("character_set_client", "latin1")] }));
    expect(readsAs(talk, "select 1")).toEqual(["read"]);
    talk.ask(client.ping(), server.ok(1, { changes: [variable("sql_mode", "ANSI_QUOTES")] }));
    expect(readsAs(talk)).toEqual(["read", "drop"]);
  });

  it.each([
    ["8.4.3", statusFlag.NO_BACKSLASH_ESCAPES, "refuse"],
    [MARIADB, statusFlag.NO_BACKSLASH_ESCAPES, "refuse"],
    [MARIADB, statusFlag.ANSI_QUOTES, "refuse"],
    ["8.4.3", statusFlag.IN_TRANSACTION, "read"],
  ])("that an answer's status contradicts are in doubt: %s, %d", async (version, status, then) => {
    const talk = await TestConversation.begin({ version });
    talk.ask(client.ping(), server.ok(1, { status }));
    expect(readsAs(talk, "select 1")).toEqual([then]);
  });

  it("matter to names: what was prepared in others is not run", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.query("prepare s from 'select 1'"), server.ok(1));
    talk.ask(client.query("set sql_mode = 'ANSI_QUOTES'"), server.ok(1));
    expect(readsAs(talk, "execute s")).toEqual(["refuse"]);
  });
});

describe("COM_RESET_CONNECTION", () => {
  const settings = {
    [fact.globalSqlMode]: "ANSI_QUOTES",
    [fact.characterSetClient]: "latin1",
    [fact.globalCharacterSetClient]: "gbk",
  };

  it("goes back to the server's modes, and forgets what was prepared", async () => {
    const talk = await TestConversation.begin({
      version: MARIADB,
      settings: { ...settings, [fact.sqlMode]: "" },
    });
    talk.ask(client.prepare("select 1"), server.prepared(1, 1, 0, 0));
    talk.ask(client.query("prepare s from 'select 1'"), server.ok(1));
    talk.ask(client.resetConnection(), server.ok(1, { status: statusFlag.ANSI_QUOTES }), server.ok(1));
    expect(readsAs(talk)).toEqual(["read", "drop"]);
    expect(readsAs(talk, "execute s")).toEqual(["refuse"]);
    talk.client(client.execute(1));
    expect(errorIn(talk.toClient.at(-1))).toBe(1243);
  });

  it("takes the server's character set in MySQL", async () => {
    const talk = await TestConversation.begin({ settings });
    talk.ask(client.resetConnection(), server.ok(1), server.ok(1));
    expect(readsAs(talk, "select 1")).toEqual(["refuse"]);
  });

  it("does not take what became of the server's modes since the login, which nobody tells", async () => {
    const talk = await TestConversation.begin({ settings });
    const told = talk.ask(client.resetConnection(), server.ok(1));
    expect(told.step).toBe("forward");
    expect(talk.toServer.at(-1)?.subarray(5).toString()).toBe(
      "SET SESSION session_track_system_variables = 'character_set_client', SESSION session_track_schema = ON, " +
        "SESSION sql_mode = 'ANSI_QUOTES', SESSION character_set_client = 'gbk'",
    );
    expect(talk.toClient).toHaveLength(1);
    expect(talk.stepFor(client.query("select 1")).kind).toBe("wait");
    expect(talk.busy).toBe(true);
    talk.server(server.ok(1));
    expect(talk.toClient).toHaveLength(1);
    expect(talk.busy).toBe(false);
  });

  it("ends the session where the server does not go back to them", async () => {
    const talk = await TestConversation.begin({ settings });
    talk.ask(client.resetConnection(), server.ok(1));
    expect(() => talk.server(server.err(1))).toThrow("server/malformed");
  });

  it("keeps what was prepared where it fails", async () => {
    const talk = await TestConversation.begin();
    talk.ask(client.prepare("select 1"), server.prepared(1, 1, 0, 0));
    talk.ask(client.resetConnection(), server.err(1), server.ok(1));
    expect(talk.client(client.execute(1)).step).toBe("judge");
  });
});

it("a session whose two ends negotiated differently does not begin", async () => {
  const negotiated = (flags: number) => ({ settings: { [fact.negotiated]: String(flags) } });
  await expect(TestConversation.begin(negotiated(0))).rejects.toThrow("server/malformed");
  await expect(TestConversation.begin(negotiated(capability.SESSION_TRACK | capability.DEPRECATE_EOF))).rejects.toThrow(
    "server/malformed",
  );
});
