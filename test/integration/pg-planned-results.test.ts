import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startArena, type Arena, type Both } from "../support/arena.ts";
import type { WireMessage } from "../support/message-splitter.ts";
import { send } from "../support/pg-client-messages.ts";
import { plannedAdapter } from "../support/planned-adapter.ts";
import { WireClient, type Side } from "../support/wire-client.ts";

const SECRET = "4111111111111111";
const ROWS = 20_000;

const template = `
  create table people (id int primary key, card text, note text);
  insert into people select n, '${SECRET}', 'note ' || n from generate_series(1, ${ROWS}) n;
  create table checked (card text, constraint never check (card = '') not valid);
  create table later (card text, id int references people deferrable initially deferred);
`;

/** What a comment in the text asks for. */
const plans: Readonly<Record<string, Partial<ResultPlan>>> = {
  masked: { columns: [undefined, { kind: "whole", mask: { kind: "redact" } }], hidesTexts: true },
  few: { limits: { rows: 10, bytes: undefined, timeoutMs: undefined } },
  short: { limits: { rows: undefined, bytes: undefined, timeoutMs: 200 } },
  hiding: { hidesTexts: true },
};

/** The same object for the same comment, as policy gives the same for the same statement. */
const planned = new Map(
  Object.entries(plans).map(([name, parts]): [string, ResultPlan] => [
    name,
    {
      columns: undefined,
      byOrigin: () => undefined,
      find: [],
      hidesTexts: false,
      limits: { rows: undefined, bytes: undefined, timeoutMs: undefined },
      key: Buffer.alloc(32, 7),
      ...parts,
    },
  ]),
);

const planOf = (text: string): ResultPlan | undefined => planned.get(/\/\* (\w+) \*\//.exec(text)?.[1] ?? "");

let arena: Arena;
let sides: Both<Side>;

beforeAll(async () => {
  arena = await startArena(template, { adapters: [plannedAdapter(planOf)] });
  sides = await arena.openSides();
});

afterAll(() => arena[Symbol.asyncDispose]());

const tagsOf = (messages: readonly WireMessage[]): string =>
  messages
    .map(({ tag }) => tag)
    .filter((tag) => tag !== "S")
    .join("")
    .replaceAll(/D{2,}/g, "D+")
    .replaceAll(/d{2,}/g, "d+");
const bytesOf = (messages: readonly WireMessage[]): string =>
  Buffer.concat(messages.map(({ body }) => body)).toString("latin1");
const rowsOf = (messages: readonly WireMessage[]): number =>
  messages.filter(({ tag }) => tag === "D" || tag === "d").length;

describe("masked results", () => {
  it.each([
    ["a query", [send.query("select id, card from people /* masked */")], `TD+CZ`],
    [
      "an Execute that nobody has described",
      [send.parse("", "select id, card from people /* masked */"), send.bind("", ""), send.execute(""), send.sync()],
      "12D+CZ",
    ],
    [
      "one with values in binary, described by the client too",
      [
        send.parse("", "select id, card from people /* masked */"),
        send.bind("", "", { resultFormats: [1] }),
        send.describe("P", ""),
        send.execute(""),
        send.sync(),
      ],
      "12TD+CZ",
    ],
  ])("of %s hide nothing else", async (_what, messages, tags) => {
    await using client = await WireClient.connect(sides.through);
    client.send(...messages);
    const received = await client.untilReady();
    expect(tagsOf(received)).toBe(tags);
    expect(rowsOf(received)).toBe(ROWS);
    expect(bytesOf(received)).not.toContain(SECRET);
  });

  it("come in parts from a portal", async () => {
    await using client = await WireClient.connect(sides.through);
    client.send(send.query("begin"), send.parse("", "select id, card from people /* masked */"), send.bind("p", ""));
    client.send(send.execute("p", 3), send.execute("p", 3), send.execute("p"), send.sync());
    const received = await client.untilReady(2);
    expect(tagsOf(received)).toBe("CZ12D+sD+sD+CZ");
    expect(rowsOf(received)).toBe(ROWS);
    expect(bytesOf(received)).not.toContain(SECRET);
  });

  it("come from cursors, by FETCH and by Execute", async () => {
    await using client = await WireClient.connect(sides.through);
    await client.query("begin");
    await client.query("declare c cursor for select id, card from people /* masked */");
    const fetched = await client.query("fetch 5 from c /* masked */");
    expect([tagsOf(fetched), rowsOf(fetched)]).toEqual(["TD+CZ", 5]);
    client.send(send.execute("c", 5), send.sync());
    const executed = await client.untilReady();
    expect(bytesOf([...fetched, ...executed])).not.toContain(SECRET);
  });

  it("come from prepared statements of SQL", async () => {
    await using client = await WireClient.connect(sides.through);
    await client.query("prepare p as select id, card from people /* masked */");
    const received = await client.query("execute p /* masked */");
    expect(rowsOf(received)).toBe(ROWS);
    expect(bytesOf(received)).not.toContain(SECRET);
  });

  it("are masked in rows that are longer than a chunk", async () => {
    await using client = await WireClient.connect(sides.through);
    const received = await client.query("select repeat('x', 3000000), card from people limit 3 /* masked */");
    expect(tagsOf(received)).toBe("TD+CZ");
    expect(bytesOf(received)).not.toContain(SECRET);
    expect(bytesOf(received).length).toBeGreaterThan(9_000_000);
  });

  it.each([
    ["another shape", "select id, card, note from people /* masked */"],
    ["data of COPY in another shape", "copy people to stdout /* masked */"],
    ["data of COPY in another encoding", "copy people (id, card) to stdout (encoding 'latin1') /* masked */"],
  ])("that turn out to be %s are not passed on, and the connection goes on", async (_what, text) => {
    await using client = await WireClient.connect(sides.through);
    const received = await client.query(text);
    expect(tagsOf(received)).toBe("EZ");
    expect(bytesOf(received)).toContain("not what its masks were made for");
    expect(tagsOf(await client.query("select 1"))).toBe("TDCZ");
  });

  it.each(["", "(format csv, header)", "(format csv, force_quote *)", "(format binary)", "csv quote '|' null 'none'"])(
    "come as data of COPY %s",
    async (options) => {
      await using client = await WireClient.connect(sides.through);
      const text = `copy people (id, card) to stdout ${options} /* masked */`;
      const simple = await client.query(text);
      client.send(send.parse("", text), send.bind("", ""), send.execute(""), send.sync());
      const extended = await client.untilReady();
      expect([tagsOf(simple), tagsOf(extended)]).toEqual(["Hd+cCZ", "12Hd+cCZ"]);
      expect(bytesOf([...simple, ...extended])).not.toContain(SECRET);
      await using direct = await WireClient.connect(sides.direct);
      expect(rowsOf(simple)).toBe(rowsOf(await direct.query(text)));
    },
  );

  it("fail like any other in a failed transaction, once", async () => {
    await using client = await WireClient.connect(sides.through);
    client.send(send.parse("s", "select id, card from people /* masked */"), send.bind("p", "s"), send.sync());
    await client.untilReady();
    await client.query("begin");
    await client.query("select 1/0");
    client.send(send.bind("p", "s"), send.execute("p"), send.sync());
    const received = await client.untilReady();
    expect(tagsOf(received)).toBe("EZ");
    expect(bytesOf(received)).toContain("25P02");
  });
});

describe("limits", () => {
  it("end a query after its last row, over and over on one connection", async () => {
    await using client = await WireClient.connect(sides.through);
    for (let round = 0; round < 20; round++) {
      const received = await client.query("select * from people /* few */");
      expect([tagsOf(received), rowsOf(received)]).toEqual(["TD+EZ", 10]);
      // Nothing of the cancel is left to hit this one.
      expect(tagsOf(await client.query("select pg_sleep(0.005)"))).toBe("TDCZ");
    }
  });

  it("end an Execute; the client's Sync makes the connection ready again", async () => {
    await using client = await WireClient.connect(sides.through);
    for (let round = 0; round < 20; round++) {
      client.send(send.parse("", "select * from people /* few */"), send.bind("", ""), send.execute(""), send.sync());
      const received = await client.untilReady();
      expect([tagsOf(received), rowsOf(received)]).toEqual(["12D+EZ", 10]);
      client.send(send.parse("", "select pg_sleep(0.005)"), send.bind("", ""), send.execute(""), send.sync());
      expect(tagsOf(await client.untilReady())).toBe("12DCZ");
    }
  });

  it("leave the segments alone that were sent behind", async () => {
    await using client = await WireClient.connect(sides.through);
    client.send(send.parse("", "select * from people /* few */"), send.bind("", ""), send.execute(""), send.sync());
    client.send(send.parse("", "select pg_sleep(0.1)"), send.bind("", ""), send.execute(""), send.sync());
    expect(tagsOf(await client.untilReady(2))).toBe("12D+EZ12DCZ");
  });

  it("count rows of COPY", async () => {
    await using client = await WireClient.connect(sides.through);
    const received = await client.query("copy people to stdout /* few */");
    expect([tagsOf(received), rowsOf(received)]).toEqual(["Hd+EZ", 10]);
  });

  it("decline a COPY that would wait for data of a client that has failed", async () => {
    await using client = await WireClient.connect(sides.through);
    const received = await client.query("select * from people limit 11 /* few */; copy people from stdin");
    expect(tagsOf(received)).toBe("TD+EZ");
    expect(tagsOf(await client.query("select 1"))).toBe("TDCZ");
  });

  it.each([
    ["a query", [send.query("select pg_sleep(600) /* short */")], "EZ"],
    [
      "an Execute",
      [send.parse("", "select pg_sleep(600) /* short */"), send.bind("", ""), send.execute(""), send.sync()],
      "12EZ",
    ],
    [
      "what was sent with another behind it",
      [send.query("select pg_sleep(600) /* short */"), send.query("select 1")],
      "EZTDCZ",
    ],
  ])("of time end %s", async (_what, messages, tags) => {
    await using client = await WireClient.connect(sides.through);
    client.send(...messages);
    const received = await client.untilReady(tags.split("Z").length - 1);
    expect(tagsOf(received)).toBe(tags);
    expect(bytesOf(received)).toContain("more than 200 ms");
  });
});

describe("texts", () => {
  it.each([
    ["a failing cast", "select card::date from people /* hiding */", "22008"],
    ["a check", `insert into checked values ('${SECRET}') /* hiding */`, "23514"],
    ["a deferred check at the end", "insert into later select card, -id from people limit 1 /* hiding */", "23503"],
  ])("of %s say no more than the code", async (_what, text, code) => {
    await using direct = await WireClient.connect(sides.direct);
    await using client = await WireClient.connect(sides.through);
    expect(bytesOf(await direct.query(text))).toContain(code);
    const simple = await client.query(text);
    client.send(send.parse("", text), send.bind("", ""), send.execute(""), send.sync());
    const extended = await client.untilReady();
    for (const received of [simple, extended]) {
      expect(bytesOf(received)).toContain(code);
      expect(bytesOf(received)).not.toContain(SECRET);
      expect(bytesOf(received)).toContain("the server's message is not shown");
    }
  });

  it("of a COMMIT that makes a deferred check say no more than the code", async () => {
    await using client = await WireClient.connect(sides.through);
    await client.query("begin");
    await client.query("insert into later select card, -id from people limit 1 /* hiding */");
    expect(bytesOf(await client.query("commit"))).toContain("the server's message is not shown");
  });
});
