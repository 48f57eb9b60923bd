import { describe, expect, it } from "vitest";
import { HEADER_BYTES } from "../messages/body.ts";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";

const tagOf = (message: Buffer | undefined): string => String.fromCharCode(message?.[0] ?? 0);
/** A field of an ErrorResponse. */
const fieldOf = (field: string, message: Buffer | undefined): string | undefined =>
  message
    ?.toString("utf8", HEADER_BYTES)
    .split("\0")
    .find((text) => text.startsWith(field))
    ?.slice(1);
const tagsOf = (messages: readonly Buffer[]): string => messages.map(tagOf).join("");

describe("simple queries", () => {
  it("are judged statement by statement and report how each ended", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query("select 1; delete from t"))).toEqual({
      step: "judge",
      judged: ["run: read", "run: delete"],
    });
    talk.server(
      server.dataRow("1"),
      server.commandComplete("SELECT 1"),
      server.commandComplete("DELETE 5"),
      server.ready(),
    );
    expect(talk.outcomes).toEqual([
      { permit: "1", result: "completed", code: "SELECT 1", rows: 1 },
      { permit: "2", result: "completed", code: "DELETE 5", rows: 0 },
    ]);
    expect(talk.busy).toBe(false);
  });

  it("that fail leave what follows them unrun", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("select 1/0; delete from t"));
    talk.server(server.error("22012"), server.ready());
    expect(talk.outcomes.map(({ result, code }) => `${result} ${code}`)).toEqual(["failed 22012", "skipped "]);
  });

  it("that are refused become an error of ours in their turn, and the text never reaches the server", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(client.query("select 1"));
    expect(talk.client(client.query("drop table t")).step).toBe("refuse");
    expect(Buffer.concat(talk.toServer).toString("latin1")).not.toContain("drop");
    talk.server(server.commandComplete("SELECT 1"), server.ready(), server.error("34000"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("CZEZ");
    expect(talk.toClient[2]?.toString()).toContain("sallyport: ");
    expect(talk.toClient[2]?.toString()).not.toContain("server's words");
  });

  it("with nothing in them pass", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query(" -- nothing")).judged).toEqual([]);
  });
});

describe("prepared statements", () => {
  it("are judged when defined and each time they run", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.parse("s", "insert into t values ($1)")).judged).toEqual(["define: insert"]);
    for (const value of ["a", "b"]) {
      talk.client(client.bind("", "s", value));
      expect(talk.client(client.execute("")).judged).toEqual(["run: insert"]);
    }
  });

  it("cannot be swapped behind the gateway's back by a definition that fails", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("s", "delete from t"));
    talk.client(client.sync());
    talk.server(server.parseComplete(), server.ready());
    talk.client(client.parse("s", "select 1"));
    talk.client(client.sync());
    // The server has not said yet whether the name is free: whoever uses it has to wait.
    const waiting = talk.waiting(client.bind("", "s"));
    talk.server(server.error("42P05"), server.ready());
    await waiting;
    talk.client(client.bind("", "s"));
    expect(talk.client(client.execute("")).judged).toEqual(["run: delete"]);
  });

  it("of a skipped segment leave the unnamed one as it was", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "delete from t"));
    talk.client(client.sync());
    talk.client(client.bind("", "missing"));
    talk.client(client.parse("", "select 1"));
    talk.client(client.sync());
    talk.server(server.parseComplete(), server.ready(), server.error("26000"), server.ready());
    talk.client(client.bind("", ""));
    expect(talk.client(client.execute("")).judged).toEqual(["run: delete"]);
  });

  it("that were never defined cannot be run, whatever the server may know of them", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.bind("p", "made by a function"));
    expect(talk.client(client.execute("p")).step).toBe("refuse");
    talk.server(server.bindComplete(), server.error("34000"));
    expect(fieldOf("C", talk.toClient.at(-1))).toBe("34000");
    talk.client(client.sync());
    talk.server(server.ready("T"));
    expect(talk.client(client.query("fetch all from p")).step).toBe("refuse");
  });

  it("that may be gone are decided as what they were, and the server fails on them", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("s", "delete from t"));
    talk.client(client.closeStatement("s"));
    talk.client(client.bind("p", "s"));
    expect(talk.client(client.execute("p")).judged).toEqual(["run: delete"]);
  });

  it("share a name that is too long with what the server cuts it to", async () => {
    const talk = await TestConversation.begin();
    const long = "x".repeat(63);
    talk.client(client.parse(`${long}1`, "delete from t"));
    talk.client(client.bind("", `${long}2`));
    expect(talk.client(client.execute("")).judged).toEqual(["run: delete"]);
    expect(talk.client(client.parse("\u00e9".repeat(32), "select 1")).step).toBe("refuse");
  });

  it("have names that differ by a byte order mark", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("s", "delete from t"));
    talk.client(client.parse("\ufeffs", "select 1"));
    talk.client(client.bind("", "s"));
    expect(talk.client(client.execute("")).judged).toEqual(["run: delete"]);
  });

  it("are never decided by the text of another frame that had to wait", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(client.query("prepare q as select 1"));
    talk.client(client.bind("", "missing"));
    const text = client.parse("", "execute q");
    await Promise.race([talk.waiting(text), Promise.resolve()]);
    talk.server(server.commandComplete("PREPARE"), server.ready(), server.error("26000"));
    expect(talk.client(text).step).toBe("drop");
    talk.client(client.sync());
    expect(talk.client(client.query("drop table t")).step).toBe("refuse");
  });

  it("do in SQL what they do in the protocol", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("prepare x as delete from t; execute x"));
    talk.server(server.commandComplete("PREPARE"), server.commandComplete("DELETE 1"), server.ready());
    expect(talk.client(client.query("execute x")).judged).toEqual(["run: delete"]);
    talk.client(client.bind("", "x"));
    expect(talk.client(client.execute("")).judged[0]).toContain("delete");
    expect((await TestConversation.begin()).client(client.query("execute never")).step).toBe("refuse");
  });

  it("do in SQL what a statement of the protocol's does, to names as well", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("prepare x as select 1"));
    talk.server(server.commandComplete("PREPARE"), server.ready());
    for (const [name, text] of Object.entries({ d: "deallocate x", p: "prepare x as delete from t", e: "execute x" })) {
      talk.client(client.parse(name, text));
      talk.server(server.parseComplete());
    }
    talk.client(client.sync());
    talk.server(server.ready());
    expect(talk.client(client.query("execute e")).judged).toEqual(["run: read"]);
    talk.server(server.commandComplete("SELECT 1"), server.ready());
    expect(talk.client(client.query("execute d; execute p; execute e")).judged[2]).toBe("run: delete");
    talk.server(
      server.commandComplete("DEALLOCATE"),
      server.commandComplete("PREPARE"),
      server.commandComplete("DELETE 1"),
      server.ready(),
    );
    expect(talk.client(client.query("execute x")).judged).toEqual(["run: delete"]);
    talk.server(server.commandComplete("DELETE 1"), server.ready());
    expect(talk.client(client.query("explain execute p")).judged[0]).toContain("explain");
  });

  it("that run themselves are refused", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("prepare e as select 1"));
    talk.server(server.commandComplete("PREPARE"), server.ready());
    talk.client(client.parse("f", "execute e"));
    talk.client(client.closeStatement("e"));
    talk.client(client.parse("e", "execute f"));
    talk.client(client.bind("", "e"));
    expect(talk.client(client.execute("")).step).toBe("refuse");
  });

  it("do by FETCH what their portal does", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "delete from t returning *"));
    talk.client(client.bind("p", ""));
    talk.client(client.sync());
    talk.server(server.parseComplete(), server.bindComplete(), server.ready("T"));
    expect(talk.client(client.query("fetch all from p")).judged[0]).toContain("delete");
  });

  it("go on with a cursor of SQL's in the protocol, part by part", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("begin; declare c cursor for select 1"));
    talk.server(server.commandComplete("BEGIN"), server.commandComplete("DECLARE CURSOR"), server.ready("T"));
    for (let part = 0; part < 3; part++) {
      expect(talk.client(client.execute("c")).judged).toEqual(["run: read"]);
      talk.client(client.sync());
      talk.server(server.dataRow("1"), server.portalSuspended(), server.ready("T"));
    }
  });

  it("keep portals beyond a savepoint that is rolled back to", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("begin; declare c cursor for select 1; savepoint s; rollback to s"));
    for (const tag of ["BEGIN", "DECLARE CURSOR", "SAVEPOINT", "ROLLBACK"]) talk.server(server.commandComplete(tag));
    talk.server(server.ready("T"));
    expect(talk.client(client.execute("c")).step).toBe("judge");
  });

  it("report a portal that stops at its row limit, and each further run", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "select 1"));
    talk.client(client.bind("p", ""));
    talk.client(client.execute("p"));
    talk.client(client.flush());
    talk.server(server.parseComplete(), server.bindComplete(), server.dataRow("1"), server.portalSuspended());
    talk.client(client.execute("p"));
    talk.client(client.sync());
    talk.server(server.commandComplete("SELECT 0"), server.ready());
    expect(talk.outcomes.map(({ result, rows }) => `${result} ${rows}`)).toEqual(["suspended 1", "completed 0"]);
  });
});

describe("bound values", () => {
  const large = "x".repeat(1024 * 1024);
  const batch = (talk: TestConversation, times: number, portal: (at: number) => string): string[] =>
    Array.from({ length: times }, (_, at) => talk.client(client.bind(portal(at), "", large)).step);

  it("of a batch are not kept", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "insert into t values ($1)"));
    expect(new Set(batch(talk, 300, () => ""))).toEqual(new Set(["forward"]));
  });

  it("wait where many segments are under way", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("s", "insert into t values ($1)"));
    talk.client(client.sync());
    talk.server(server.parseComplete(), server.ready());
    for (let segment = 0; segment < 129; segment++) {
      talk.client(client.bind("", "s", large));
      talk.client(client.sync());
    }
    const waiting = talk.waiting(client.bind("", "s", large, large));
    talk.server(server.bindComplete(), server.ready());
    await waiting;
    expect(talk.client(client.bind("", "s", large)).step).toBe("forward");
  });

  it("of portals that all stay open are bounded", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "insert into t values ($1)"));
    expect(batch(talk, 130, String).at(-1)).toBe("refuse");
  });
});

describe("a refusal within a pipeline", () => {
  it("skips the rest of the segment, as the server does, and nothing of it is sent", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(client.parse("", "drop table t"));
    const sentBefore = talk.toServer.length;
    expect(talk.client(client.bind("", "")).step).toBe("drop");
    expect(talk.client(client.execute("")).step).toBe("drop");
    expect(talk.client(client.sync()).step).toBe("forward");
    expect(talk.toServer.length).toBe(sentBefore + 1);
    talk.server(server.error("34000"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("EZ");
    expect(talk.client(client.query("select 1")).step).toBe("judge");
  });

  it("of a query is skipped with the rest when the segment has failed before", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(client.bind("", "missing"));
    expect(talk.client(client.query("drop table t")).step).toBe("refuse");
    talk.client(client.parse("", "select 1"));
    talk.client(client.sync());
    talk.server(server.error("26000"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("EZ");
    expect(talk.busy).toBe(false);
    expect(tagsOf(talk.toServer)).toBe("BQPS");
  });

  it("gives way to an earlier error of the server's", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(client.parse("", "select 1"));
    talk.client(client.bind("", ""));
    talk.client(client.execute(""));
    talk.client(client.parse("", "drop table t"));
    talk.client(client.sync());
    talk.server(server.error("42P01"), server.ready());
    expect(talk.toClient[0]?.toString()).toContain("server's words");
    expect(talk.outcomes.map(({ result }) => result)).toEqual(["skipped"]);
  });

  it("leaves the server's last words alone", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(client.query("drop table t"));
    talk.server(server.error("57P01", "FATAL"));
    expect(talk.toClient[0]?.toString()).toContain("57P01");
  });
});

describe("COPY FROM STDIN", () => {
  it("holds what follows back until the server has said what it expects", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("copy t from stdin"));
    const waiting = talk.waiting(client.copyData("1"));
    talk.server(server.copyIn());
    await waiting;
    expect(talk.client(client.copyData("1")).step).toBe("forward");
    expect(talk.client(client.sync()).step).toBe("drop");
    expect(() => talk.client(client.query("select 1"))).toThrow("during COPY");
    expect(talk.client(client.copyDone()).step).toBe("forward");
    talk.server(server.commandComplete("COPY 1"), server.ready());
    expect(talk.client(client.query("select 1")).step).toBe("judge");
  });

  it("that fails drops the data still on its way", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("copy t from stdin"));
    talk.server(server.copyIn(), server.error("22P02"));
    expect(talk.client(client.copyData("x")).step).toBe("drop");
    expect(talk.client(client.copyDone()).step).toBe("drop");
    talk.server(server.ready("T"));
    expect(talk.client(client.query("select 1")).step).toBe("judge");
  });

  it("in the extended protocol goes on with the Sync behind its data", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "copy t from stdin"));
    talk.client(client.bind("", ""));
    talk.client(client.execute(""));
    talk.server(server.parseComplete(), server.bindComplete(), server.copyIn());
    expect(talk.client(client.sync()).step).toBe("drop");
    talk.client(client.copyData("1"));
    talk.client(client.copyDone());
    expect(talk.client(client.sync()).step).toBe("forward");
    talk.server(server.commandComplete("COPY 1"), server.ready());
    expect(talk.busy).toBe(false);
  });
});

describe("a goodbye", () => {
  it("of the server's is the last word", async () => {
    const talk = await TestConversation.begin();
    talk.server(server.error("57P01", "FATAL"));
    expect(talk.farewell()).toHaveLength(0);
  });
});

describe("what cannot be judged", () => {
  it("is refused while the server reads texts in another way than we do", async () => {
    const talk = await TestConversation.begin();
    talk.server(server.parameterStatus("standard_conforming_strings", "off"));
    expect(talk.client(client.query("select 1")).step).toBe("refuse");
  });

  it("includes function calls", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.functionCall()).step).toBe("refuse");
    talk.server(server.error("34000"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("EZ");
  });
});

describe("a server that answers what nobody asked", () => {
  it.each([
    ["rows", server.dataRow("1")],
    ["a completion", server.commandComplete("SELECT 1")],
    ["readiness", server.ready()],
    ["a demand for data", server.copyIn()],
    ["a parse completion", server.parseComplete()],
  ])("ends the session: %s", async (_what, message) => {
    const talk = await TestConversation.begin();
    expect(() => talk.server(message)).toThrow("server/malformed");
  });
});

describe("a text whose meaning settings may change", () => {
  const backslash = String.raw`select '\', '; delete from t; --'`;

  it("is not read before the server has told of its settings", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.query("select g()"));
    const waiting = talk.waiting(client.query(backslash));
    talk.server(server.dataRow("1"), server.commandComplete("SELECT 1"));
    talk.server(server.parameterStatus("standard_conforming_strings", "off"), server.ready());
    await waiting;
    expect(talk.client(client.query(backslash)).step).toBe("refuse");
  });

  it("is refused behind an Execute of its own segment, where the server tells nothing", async () => {
    const talk = await TestConversation.begin();
    talk.client(client.parse("", "select g()"));
    talk.client(client.bind("", ""));
    talk.client(client.execute(""));
    expect(talk.client(client.parse("", backslash)).step).toBe("refuse");
    expect((await TestConversation.begin()).client(client.parse("", backslash)).step).toBe("judge");
  });

  it("keeps nobody waiting who has nothing open", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(client.query("select 'ü'")).step).toBe("judge");
    talk.server(server.commandComplete("SELECT 1"), server.ready());
    expect(talk.client(client.query(backslash)).step).toBe("judge");
  });
});

it("a server that carries out more statements than were read ends the session", async () => {
  const talk = await TestConversation.begin();
  talk.client(client.query("select 1"));
  talk.server(server.commandComplete("SELECT 1"));
  expect(() => talk.server(server.commandComplete("DELETE 2"))).toThrow("server/malformed");
});
