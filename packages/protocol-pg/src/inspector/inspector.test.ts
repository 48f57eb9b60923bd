import { describe, expect, it } from "vitest";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";

const tagOf = (message: Buffer | undefined): string => String.fromCharCode(message?.[0] ?? 0);
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

it("a server that carries out more statements than were read ends the session", async () => {
  const talk = await TestConversation.begin();
  talk.client(client.query("select 1"));
  talk.server(server.commandComplete("SELECT 1"));
  expect(() => talk.server(server.commandComplete("DELETE 2"))).toThrow("server/malformed");
});
