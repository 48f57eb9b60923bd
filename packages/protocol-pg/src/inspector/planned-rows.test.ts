import { GatewayError } from "@sallyport/shared/errors";
import { describe, expect, it } from "vitest";
import { chunksOf } from "../../../../test/support/every-split.ts";
import { HEADER_BYTES } from "../messages/body.ts";
import { client, server } from "./testing/messages.ts";
import { TestConversation } from "./testing/conversation.ts";
import { MAX_ROW_BYTES } from "../masker/unfinished-row.ts";
import { secondRedacted } from "./testing/plans.ts";

const SECRET = "secret";

const tagsOf = (messages: readonly Buffer[]): string =>
  messages.map((message) => String.fromCharCode(message[0] ?? 0)).join("");
const said = (talk: TestConversation): string => Buffer.concat(talk.toClient).toString();

/** Every statement with "masked" in it has two columns, of which the second is redacted. */
async function begun() {
  let outdated = 0;
  const catalog = { needed: true, current: () => undefined, outdated: () => void outdated++ };
  const planOf = (text: string) => (text.includes("masked") ? secondRedacted : undefined);
  const talk = await TestConversation.begin([], { catalog, planOf });
  return { talk, outdated: () => outdated };
}

const described = server.rowDescription("a", "b");
const row = (first = "first"): Buffer => server.dataRow(first, SECRET);

describe("a masked query", () => {
  it("is rewritten row by row", async () => {
    const { talk } = await begun();
    talk.client(client.query("select masked; select 2"));
    talk.server(described, row("one"), row("two"), server.commandComplete("SELECT 2"));
    talk.server(server.rowDescription("c"), server.dataRow("open"), server.commandComplete("SELECT 1"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("TDDCTDCZ");
    expect(said(talk)).not.toContain(SECRET);
    for (const shown of ["one", "two", "open"]) expect(said(talk)).toContain(shown);
    expect(talk.outcomes.map(({ rows }) => rows)).toEqual([2, 1]);
  });

  it("gives the same whatever chunks the server's bytes come in", async () => {
    const answer = Buffer.concat([
      described,
      row("one"),
      row("two"),
      server.commandComplete("SELECT 2"),
      server.ready(),
    ]);
    const whole = await begun();
    whole.talk.client(client.query("select masked"));
    whole.talk.serverChunks([answer]);
    for (let size = 1; size < answer.length; size++) {
      const { talk } = await begun();
      talk.client(client.query("select masked"));
      talk.serverChunks(chunksOf(answer, size));
      expect(said(talk)).toBe(said(whole.talk));
    }
  });

  it("fails where a row is too long to be looked at whole, and the connection goes on", async () => {
    const { talk } = await begun();
    talk.client(client.query("select masked"));
    const long = server.dataRow("x".repeat(MAX_ROW_BYTES), SECRET);
    talk.serverChunks([described, ...chunksOf(long, 1024 * 1024), row(), server.error("57014"), server.ready()]);
    expect(tagsOf(talk.toClient)).toBe("TEZ");
    expect(said(talk)).toContain(`a row of more than ${MAX_ROW_BYTES} bytes`);
  });

  it.each([
    ["of another shape", [server.rowDescription("a", "b", "c"), server.dataRow("a", "b", SECRET)], "E"],
    ["that nobody has described", [row()], "E"],
    ["in data of COPY that was not asked for", [server.copyOut(2), server.copyData(SECRET)], "E"],
  ])("fails with a result %s", async (_what, messages, tags) => {
    const { talk, outdated } = await begun();
    talk.client(client.query("select masked"));
    talk.server(...messages);
    expect(tagsOf(talk.toClient)).toBe(tags);
    expect(said(talk)).not.toContain(SECRET);
    expect(said(talk)).toContain("not what its masks were made for");
    expect([outdated(), talk.cancels]).toEqual([1, 1]);
    talk.server(server.commandComplete("SELECT 1"), server.ready());
    expect(talk.client(client.query("select 1")).step).toBe("judge");
  });

  it("ends the session where the description cannot be read", async () => {
    const { talk } = await begun();
    talk.client(client.query("select masked"));
    const broken = Buffer.from(described);
    broken.writeInt16BE(3, 5);
    expect(() => talk.server(broken)).toThrow(GatewayError);
  });
});

describe("a masked COPY", () => {
  const data = [server.copyData(`one\t${SECRET}\n`), server.copyData(`two\t${SECRET}\n`)];

  it("is rewritten row by row, as a query and as an Execute", async () => {
    const { talk } = await begun();
    talk.client(client.query("copy masked to stdout"));
    const words = [server.copyOut(2), ...data, server.copyDone(), server.commandComplete("COPY 2")];
    talk.server(...words, server.ready());
    expect(tagsOf(talk.toClient)).toBe("HddcCZ");
    for (const message of [client.parse("", "copy masked to stdout"), client.bind("", ""), client.execute("")])
      talk.client(message);
    talk.server(server.parseComplete(), server.bindComplete(), server.noData(), ...words);
    expect(tagsOf(talk.toClient)).toBe("HddcCZ12HddcC");
    expect(said(talk)).toContain("two");
    expect(said(talk)).not.toContain(SECRET);
  });

  it("gives the same data whatever chunks the server's bytes come in", async () => {
    const answer = Buffer.concat([server.copyOut(2), ...data, server.copyDone(), server.commandComplete("COPY 2")]);
    const dataOf = (talk: TestConversation): string =>
      talk.toClient
        .filter((message) => tagsOf([message]) === "d")
        .map((message) => message.toString("utf8", HEADER_BYTES))
        .join("");
    const whole = await begun();
    whole.talk.client(client.query("copy masked to stdout"));
    whole.talk.serverChunks([answer]);
    for (let size = 1; size < answer.length; size++) {
      const { talk } = await begun();
      talk.client(client.query("copy masked to stdout"));
      talk.serverChunks(chunksOf(answer, size));
      expect(dataOf(talk)).toBe(dataOf(whole.talk));
    }
  });

  it.each([
    ["of another shape", "copy masked to stdout", [server.copyOut(3)]],
    ["in an encoding that is not ours", "copy masked to stdout (encoding 'latin1')", [server.copyOut(2)]],
  ])("fails %s", async (_what, text, messages) => {
    const { talk } = await begun();
    talk.client(client.query(text));
    talk.server(...messages);
    expect(tagsOf(talk.toClient).at(-1)).toBe("E");
    expect(talk.cancels).toBe(1);
  });

  it("ends the session where its data ends in the middle of a row", async () => {
    const { talk } = await begun();
    talk.client(client.query("copy masked to stdout"));
    talk.server(server.copyOut(2), server.copyData("one\t"));
    expect(() => talk.server(server.copyDone())).toThrow("middle of a row");
  });
});

describe("a masked Execute", () => {
  it("is described for the gateway, and the client gets none of that", async () => {
    const { talk } = await begun();
    for (const message of [
      client.parse("s", "select masked"),
      client.bind("p", "s"),
      client.execute("p"),
      client.sync(),
    ])
      talk.client(message);
    expect(tagsOf(talk.toServer)).toBe("PBDS");
    const together = talk.toServer[2];
    expect(together?.equals(Buffer.concat([client.describe("p"), client.execute("p")]))).toBe(true);
    const answer = [
      server.parseComplete(),
      server.bindComplete(),
      described,
      row(),
      server.commandComplete("SELECT 1"),
    ];
    talk.server(...answer, server.ready());
    expect(tagsOf(talk.toClient)).toBe("12DCZ");
    expect(said(talk)).not.toContain(SECRET);
    expect(talk.busy).toBe(false);
  });

  it("leaves the client its own descriptions", async () => {
    const { talk } = await begun();
    for (const message of [
      client.parse("", "select masked"),
      client.bind("", ""),
      client.describe(""),
      client.execute(""),
    ])
      talk.client(message);
    talk.server(server.parseComplete(), server.bindComplete(), described, described, row());
    expect(tagsOf(talk.toClient)).toBe("12TD");
  });

  it("goes on with a portal that was suspended", async () => {
    const { talk } = await begun();
    for (const message of [client.parse("", "select masked"), client.bind("", "")]) talk.client(message);
    talk.server(server.parseComplete(), server.bindComplete());
    for (const words of [server.portalSuspended(), server.commandComplete("SELECT 1")]) {
      talk.client(client.execute(""));
      talk.server(described, row(), words);
    }
    expect(tagsOf(talk.toClient)).toBe("12DsDC");
    expect(said(talk)).not.toContain(SECRET);
    expect(talk.outcomes.map(({ result }) => result)).toEqual(["suspended", "completed"]);
  });

  it("gives no rows where the server has none", async () => {
    const { talk } = await begun();
    for (const message of [client.parse("", "update masked set a = 1"), client.bind("", ""), client.execute("")])
      talk.client(message);
    talk.server(server.parseComplete(), server.bindComplete(), server.noData(), server.commandComplete("UPDATE 1"));
    expect(tagsOf(talk.toClient)).toBe("12C");
    expect(talk.client(client.sync()).step).toBe("forward");
  });

  it("of a shape that its plan does not know fails once, and what is behind it is skipped", async () => {
    const { talk } = await begun();
    for (const message of [client.parse("", "select masked"), client.bind("", ""), client.execute("")])
      talk.client(message);
    talk.server(server.parseComplete(), server.bindComplete(), server.rowDescription("a"), server.dataRow(SECRET));
    expect(talk.client(client.bind("", "")).step).toBe("drop");
    talk.client(client.sync());
    talk.server(server.commandComplete("SELECT 1"), server.ready());
    expect(tagsOf(talk.toClient)).toBe("12EZ");
    expect(talk.outcomes).toEqual([expect.objectContaining({ result: "failed", rows: 0 })]);
  });

  it.each([
    ["a cursor", ["declare c cursor for select masked", "fetch all from c"]],
    ["a prepared statement", ["prepare p as select masked", "execute p -- masked"]],
  ])("and its like by SQL run under a plan of their own: %s", async (_what, [define = "", run = ""]) => {
    const { talk } = await begun();
    talk.client(client.query(define));
    talk.server(server.commandComplete("DECLARE CURSOR"), server.ready("T"));
    talk.client(client.query(`${run} /* masked */`));
    talk.server(described, row(), server.commandComplete("FETCH 1"), server.ready("T"));
    expect(said(talk)).not.toContain(SECRET);
  });
});
