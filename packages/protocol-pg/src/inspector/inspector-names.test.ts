import { describe, expect, it } from "vitest";
import { HEADER_BYTES } from "../messages/body.ts";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";

/** A field of an ErrorResponse. */
const fieldOf = (field: string, message: Buffer | undefined): string | undefined =>
  message
    ?.toString("utf8", HEADER_BYTES)
    .split("\0")
    .find((text) => text.startsWith(field))
    ?.slice(1);

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
