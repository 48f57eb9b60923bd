import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WireMessage } from "../support/message-splitter.ts";
import { send } from "../support/pg-client-messages.ts";
import { WireClient } from "../support/wire-client.ts";
import { startEvasionStack, type EvasionStack } from "./stack.ts";

const MASKED = "select id, email, ssn, score, born from customers order by id";
const OPEN = "select id, name from customers order by id";
const execute = [send.execute(""), send.sync()] as const;
const binary = { resultFormats: [1] } as const;

/** Each is what a client sends at once and waits for; an ordinary one would not. */
type Talk = readonly (readonly Buffer[])[];

/**
 * Statements and portals have one name space each, whether SQL or the protocol made them; the unnamed ones change their meaning; and what is
 * described need not be what is executed.
 */
const talks: readonly (readonly [how: string, talk: Talk])[] = [
  ["PREPARE in SQL, Bind", [[send.query(`prepare p as ${MASKED}`)], [send.bind("", "p"), ...execute]]],
  [
    "PREPARE in SQL, Bind in binary",
    [[send.query(`prepare p as ${MASKED}`)], [send.bind("", "p", binary), ...execute]],
  ],
  ["Parse, EXECUTE in SQL", [[send.parse("p", MASKED), send.sync()], [send.query("execute p")]]],
  ["Parse, EXECUTE of another case", [[send.parse("p", MASKED), send.sync()], [send.query("EXECUTE P")]]],
  [
    "Parse, COPY of EXECUTE",
    [[send.parse("p", MASKED), send.sync()], [send.query("create temp table t as execute p")], [send.query("table t")]],
  ],
  [
    "DECLARE in SQL, Execute",
    [
      [send.query("begin")],
      [send.query(`declare k cursor for ${MASKED}`)],
      [send.execute("k", 3), send.execute("k"), send.sync()],
    ],
  ],
  [
    "DECLARE of a binary cursor, Execute",
    [[send.query("begin")], [send.query(`declare k binary cursor for ${MASKED}`)], [send.execute("k"), send.sync()]],
  ],
  [
    "Bind, FETCH in SQL",
    [
      [send.query("begin")],
      [send.parse("", MASKED), send.bind("k", ""), send.sync()],
      [send.query("fetch all from k")],
    ],
  ],
  [
    "Bind in binary, FETCH in SQL",
    [
      [send.query("begin")],
      [send.parse("", MASKED), send.bind("k", "", binary), send.sync()],
      [send.query("fetch all from k")],
    ],
  ],
  [
    "a cursor closed and made anew under its name",
    [
      [send.query("begin")],
      [send.query(`declare k cursor for ${OPEN}`)],
      [send.query("fetch 1 from k")],
      [send.query("close k")],
      [send.query(`declare k cursor for ${MASKED}`)],
      [send.query("fetch all from k")],
      [send.execute("k"), send.sync()],
    ],
  ],
  [
    "a cursor made anew after a rollback to before it",
    [
      [send.query("begin")],
      [send.query(`declare k cursor for ${MASKED}`)],
      [send.query("savepoint s")],
      [send.query("close k")],
      [send.query(`declare k cursor for ${OPEN}`)],
      [send.query("rollback to s")],
      [send.query("fetch all from k")],
    ],
  ],
  [
    "a statement prepared anew under its name",
    [
      [send.query(`prepare p as ${OPEN}`)],
      [send.query("deallocate p")],
      [send.parse("p", MASKED), send.sync()],
      [send.query("execute p")],
      [send.bind("", "p"), ...execute],
    ],
  ],
  [
    "DEALLOCATE that fails, and the name used on",
    [
      [send.parse("p", MASKED), send.sync()],
      [send.query("deallocate q")],
      [send.parse("p", OPEN), send.sync()],
      [send.bind("", "p"), ...execute],
    ],
  ],
  [
    "DISCARD ALL in between",
    [
      [send.query(`prepare p as ${OPEN}`)],
      [send.query("discard all")],
      [send.query(`prepare p as ${MASKED}`)],
      [send.bind("", "p"), ...execute],
    ],
  ],
  [
    "the unnamed statement parsed anew between Bind and Execute",
    [
      [
        send.parse("", MASKED),
        send.bind("", ""),
        send.parse("", OPEN),
        send.describe("S", ""),
        send.execute(""),
        send.sync(),
      ],
    ],
  ],
  [
    "the harmless one described, the other executed",
    [
      [
        send.parse("a", OPEN),
        send.parse("b", MASKED),
        send.bind("", "b"),
        send.describe("S", "a"),
        send.execute(""),
        send.sync(),
      ],
    ],
  ],
  [
    "a failed Parse before, so that the older statement is executed",
    [
      [send.parse("p", MASKED), send.sync()],
      [send.parse("p", OPEN), send.sync()],
      [send.bind("", "p"), ...execute],
    ],
  ],
  [
    "a Parse skipped after an error, so that the older statement is executed",
    [
      [send.parse("", MASKED), send.sync()],
      [
        send.parse("x", "select 1/0"),
        send.bind("", "x"),
        send.execute(""),
        send.close("S", ""),
        send.parse("", OPEN),
        send.sync(),
      ],
      [send.bind("", ""), ...execute],
    ],
  ],
  [
    "many statements on their way at once",
    [
      [OPEN, MASKED, OPEN, MASKED]
        .flatMap((sql, index) => [
          send.parse(`s${index}`, sql),
          send.bind("", `s${index}`, index === 3 ? binary : {}),
          send.execute(""),
        ])
        .concat(send.sync()),
    ],
  ],
  [
    "formats mixed by column",
    [
      [
        send.parse("", MASKED),
        send.bind("", "", { resultFormats: [0, 1, 0, 1, 1] }),
        send.execute("", 2),
        send.execute(""),
        send.sync(),
      ],
    ],
  ],
  [
    "a Query within the extended protocol",
    [[send.parse("", OPEN), send.bind("", ""), send.flush(), send.query(MASKED)]],
  ],
  ["several statements in one Query", [[send.query(`${OPEN}; ${MASKED}; ${OPEN}`)]]],
  ["a fast-path call", [[send.functionCall()]]],
  [
    "an old table gone, another under its name",
    [
      [send.query("create temp table t as select 1 as a, 'x' as b")],
      [send.parse("p", "select * from t"), send.sync()],
      [send.query("drop table t")],
      [send.query("create temp table t as select id as a, email as b from customers")],
      [send.bind("", "p"), ...execute],
      [send.query("select * from t")],
    ],
  ],
  [
    "a temporary table filled after its query was parsed",
    [
      [send.query("create temp table t(a int, b text)")],
      [send.parse("p", "select b from t"), send.sync()],
      [send.query("insert into t select id, email from customers")],
      [send.bind("", "p"), ...execute],
      [send.query("alter table t rename to u")],
      [send.query("select b from u")],
    ],
  ],
  [
    "scratch filled in one statement and read in the next",
    [
      [send.parse("w", "insert into scratch(id, a) select id, ssn from customers"), send.bind("", "w"), ...execute],
      [send.parse("r", "select a from scratch"), send.bind("", "r", binary), ...execute],
      [send.query("copy scratch to stdout")],
    ],
  ],
];

describe("names that SQL and the protocol share", () => {
  let stack: EvasionStack;
  beforeAll(async () => {
    stack = await startEvasionStack();
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  it.concurrent.each(talks)("lead to no masked value: %s", async (_, talk) => {
    const leak = await stack.lanes.borrow(async (lane) => {
      await using client = await WireClient.connect(lane.through);
      const received: WireMessage[] = [];
      for (const messages of talk) {
        client.send(...messages);
        const answer = await client.untilReady();
        received.push(...answer.map(({ tag, body }) => ({ tag, body: Buffer.from(body) })));
        // what breaks the protocol's rules may end the connection
        if (answer.at(-1)?.tag !== "Z") break;
      }
      await lane.admin.query("delete from public.scratch");
      return { result: stack.leaks(received, ""), isUnharmed: true };
    });
    expect(leak).toBeUndefined();
  });

  it("do not lead to a cast of somebody's own by a type that only its number names", async () => {
    const talk = await stack.lanes.borrow(async (lane) => {
      const { rows } = await lane.admin.query<{ type: number }>("select 'public.who'::regtype::oid as type");
      await using client = await WireClient.connect(lane.through);
      client.send(send.parse("", "select $1::text", [rows[0]?.type ?? 0]));
      client.send(send.bind("", "", { values: ["(1)"] }), ...execute);
      const answer = await client.untilReady();
      return { result: answer.map(({ tag }) => tag), isUnharmed: true };
    });
    expect(talk).toEqual(["E", "Z"]);
  });
});
