import { describe, expect, it } from "vitest";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";
import { planOf, secondRedacted } from "./testing/plans.ts";

const tagsOf = (messages: readonly Buffer[]): string =>
  messages.map((message) => String.fromCharCode(message[0] ?? 0)).join("");
const textOf = (message: Buffer | undefined): string => message?.toString() ?? "";

const limited = (limits: { rows?: number; bytes?: number; timeoutMs?: number }) => {
  const plan = planOf({ limits });
  return TestConversation.begin([], { planOf: (text) => (text.includes("big") ? plan : undefined) });
};

const rows = (count: number): Buffer[] => Array.from({ length: count }, (_, at) => server.dataRow(String(at)));

/** Sends a statement with the extended protocol. */
function run(talk: TestConversation, text: string): void {
  for (const message of [client.parse("", text), client.bind("", ""), client.execute("")]) talk.client(message);
}

describe("a limit of rows", () => {
  it("lets a result of that many pass, and asks the server for nothing besides", async () => {
    const talk = await limited({ rows: 2 });
    run(talk, "select big");
    talk.client(client.sync());
    expect(tagsOf(talk.toServer)).toBe("PBES");
    talk.server(
      server.parseComplete(),
      server.bindComplete(),
      ...rows(2),
      server.commandComplete("SELECT 2"),
      server.ready(),
    );
    expect(tagsOf(talk.toClient)).toBe("12DDCZ");
    expect(talk.cancels).toBe(0);
  });

  it("ends a query with an error of ours, and the connection goes on", async () => {
    const talk = await limited({ rows: 2 });
    talk.client(client.query("select big"));
    talk.server(server.rowDescription("a"), ...rows(5));
    expect(tagsOf(talk.toClient)).toBe("TDDE");
    expect(textOf(talk.toClient.at(-1))).toContain("a result of more than 2 rows");
    expect(talk.cancels).toBe(1);
    const waiting = talk.waiting(client.query("select 1"));
    talk.server(server.dataRow("5"), server.notice("words"), server.error("57014"), server.ready("E"));
    await waiting;
    expect(tagsOf(talk.toClient)).toBe("TDDEZ");
    expect(talk.outcomes).toEqual([{ permit: "1", result: "failed", code: "54000", rows: 2 }]);
    expect(talk.client(client.query("select 1")).step).toBe("judge");
  });

  it.each([
    ["is cancelled", server.error("57014"), "E"],
    ["is done already", server.commandComplete("SELECT 3"), "T"],
    ["suspends", server.portalSuspended(), "T"],
  ] as const)(
    "ends an Execute whose server %s, with what the client sends up to its Sync",
    async (_how, words, status) => {
      const talk = await limited({ rows: 1 });
      run(talk, "select big");
      talk.server(server.parseComplete(), server.bindComplete(), ...rows(3));
      expect(tagsOf(talk.toClient)).toBe("12DE");
      expect(talk.client(client.parse("", "select 1")).step).toBe("drop");
      talk.server(words);
      expect(talk.client(client.sync()).step).toBe("forward");
      const waiting = talk.waiting(client.query("select 1"));
      talk.server(server.ready(status));
      await waiting;
      expect(tagsOf(talk.toClient)).toBe("12DEZ");
      expect(talk.outcomes).toEqual([{ permit: "2", result: "failed", code: "54000", rows: 1 }]);
      expect(talk.client(client.query("select 1")).step).toBe("judge");
    },
  );

  it("keeps to itself what the server answers to the rest of the pipeline, but not how it ended", async () => {
    const talk = await limited({ rows: 1 });
    run(talk, "select big");
    run(talk, "select 1");
    talk.client(client.sync());
    const begun = [server.parseComplete(), server.bindComplete()];
    talk.server(...begun, ...rows(2), server.commandComplete("SELECT 2"));
    talk.server(...begun, ...rows(1), server.commandComplete("SELECT 1"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("12DEZ");
    expect(talk.outcomes.map(({ result, code }) => `${result} ${code}`)).toEqual([
      "failed 54000",
      "completed SELECT 1",
    ]);
  });

  it("cancels nothing where the cancel might hit the next segment", async () => {
    const talk = await limited({ rows: 1 });
    run(talk, "select big");
    talk.client(client.sync());
    run(talk, "select 1");
    talk.client(client.sync());
    const begun = [server.parseComplete(), server.bindComplete()];
    talk.server(...begun, ...rows(2), server.commandComplete("SELECT 2"), server.ready());
    talk.server(...begun, ...rows(1), server.commandComplete("SELECT 1"), server.ready());
    expect(talk.cancels).toBe(0);
    expect(tagsOf(talk.toClient)).toBe("12DEZ12DCZ");
  });

  it("counts rows of COPY", async () => {
    const talk = await limited({ rows: 1 });
    talk.client(client.query("copy big to stdout"));
    talk.server(server.copyOut(), server.copyData("1"), server.copyData("2"), server.copyDone());
    talk.server(server.commandComplete("COPY 2"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("HdEZ");
  });

  it("holds for each statement of a text by itself", async () => {
    const talk = await limited({ rows: 1 });
    talk.client(client.query("select big; select big"));
    talk.server(
      ...rows(1),
      server.commandComplete("SELECT 1"),
      ...rows(1),
      server.commandComplete("SELECT 1"),
      server.ready(),
    );
    expect(tagsOf(talk.toClient)).toBe("DCDCZ");
  });

  it("declines the COPY that follows in the same text, whose data the client will never send", async () => {
    const talk = await limited({ rows: 1 });
    talk.client(client.query("select big; copy t from stdin"));
    talk.server(...rows(2), server.commandComplete("SELECT 2"), server.copyIn());
    expect(tagsOf(talk.toServer)).toBe("Qf");
    talk.server(server.error("57014"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("DEZ");
    expect(talk.client(client.query("select 1")).step).toBe("judge");
  });

  it("lets the server say goodbye", async () => {
    const talk = await limited({ rows: 1 });
    talk.client(client.query("select big"));
    talk.server(...rows(2), server.error("57P01", "FATAL"));
    expect(textOf(talk.toClient.at(-1))).toContain("57P01");
  });
});

describe("a limit of bytes", () => {
  it("is of the messages that the server sends", async () => {
    const talk = await limited({ bytes: 30 });
    talk.client(client.query("select big"));
    // 12 bytes each
    talk.server(...rows(3));
    expect(tagsOf(talk.toClient)).toBe("DDE");
    expect(textOf(talk.toClient.at(-1))).toContain("a result of more than 30 bytes");
  });

  it("is of what the client gets where values are hidden", async () => {
    const plan = { ...secondRedacted, limits: { ...secondRedacted.limits, bytes: 100 } };
    const talk = await TestConversation.begin([], { planOf: () => plan });
    talk.client(client.query("select big"));
    talk.server(server.rowDescription("a", "b"), server.dataRow("a", "b".repeat(200)));
    expect(tagsOf(talk.toClient)).toBe("TD");
  });

  it("is known of a row of many chunks when its first has come", async () => {
    const talk = await limited({ bytes: 1000 });
    talk.client(client.query("select big"));
    const row = server.dataRow("x".repeat(2000));
    talk.serverChunks([row.subarray(0, 100), row.subarray(100, 500), row.subarray(500)]);
    expect(tagsOf(talk.toClient)).toBe("E");
  });

  it("lets a row of many chunks pass as it arrives", async () => {
    const talk = await limited({ bytes: 10_000 });
    talk.client(client.query("select big"));
    const row = server.dataRow("x".repeat(2000));
    talk.serverChunks([row.subarray(0, 100), row.subarray(100, 500), row.subarray(500)]);
    expect(talk.toClient).toHaveLength(3);
    expect(Buffer.concat(talk.toClient).equals(row)).toBe(true);
  });
});

describe("a limit of time", () => {
  it("runs while the statement does", async () => {
    const talk = await limited({ timeoutMs: 500 });
    expect(talk.timed).toBeUndefined();
    run(talk, "select big");
    expect(tagsOf(talk.toServer)).toBe("PBH");
    expect(talk.timed).toBeUndefined();
    talk.server(server.parseComplete(), server.bindComplete());
    expect(talk.timed).toMatchObject({ timeoutMs: 500 });
    talk.server(server.commandComplete("SELECT 0"));
    expect(talk.timed).toBeUndefined();
  });

  it("ends it, with a cancel", async () => {
    const talk = await limited({ timeoutMs: 500 });
    talk.client(client.query("select big"));
    talk.timeIsOver();
    expect(textOf(talk.toClient[0])).toContain("more than 500 ms");
    expect(talk.cancels).toBe(1);
    talk.server(server.error("57014"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("EZ");
  });

  it("holds the next segment back, which a late cancel might hit", async () => {
    const talk = await limited({ timeoutMs: 500 });
    run(talk, "select big");
    expect(talk.client(client.sync()).step).toBe("forward");
    const waiting = talk.waiting(client.parse("", "select 1"));
    talk.server(server.parseComplete(), server.bindComplete(), server.commandComplete("SELECT 0"));
    await waiting;
    expect(talk.client(client.parse("", "select 1")).step).toBe("judge");
  });

  it("is of all statements of a text together, whose server may keep its answers to itself", async () => {
    const talk = await limited({ timeoutMs: 500 });
    talk.client(client.query("select 1; select big; select big"));
    expect(talk.timed).toMatchObject({ timeoutMs: 1000 });
  });

  it("that is over in the middle of a row leaves the word to the server", async () => {
    const talk = await limited({ timeoutMs: 500 });
    talk.client(client.query("select big"));
    const row = server.dataRow("x".repeat(100));
    talk.serverChunks([row.subarray(0, 50)]);
    talk.timeIsOver(false);
    expect(talk.cancels).toBe(1);
    expect(talk.toClient).toHaveLength(1);
  });
});
