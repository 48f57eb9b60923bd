import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startArena, type Arena } from "../support/arena.ts";
import { expectedOf, told } from "../support/told.ts";
import { openWireTap } from "../support/wire-tap.ts";
import type { Side } from "../support/wire-client.ts";
import { reset, schema } from "./scripts/script.ts";

let arena: Arena;

beforeAll(async () => {
  arena = await startArena(`${schema}${reset}`);
});

afterAll(() => arena[Symbol.asyncDispose]());

/** Runs the same on both sides: what the driver was told and what it made of it must be the same. */
async function compare(run: (side: Side) => Promise<unknown>): Promise<unknown> {
  const { direct, through } = await arena.onOneName(async (side) => {
    await using tap = await openWireTap(side);
    const made = await run(tap.side);
    return { made: JSON.stringify(made), wire: tap.heard.map((messages) => told(messages)) };
  });
  expect(through.made).toBe(direct.made);
  expect(through.wire.length).toBe(direct.wire.length);
  for (const [at, wire] of direct.wire.entries()) {
    expect(through.wire[at]).toEqual(expectedOf(wire, through.wire[at] ?? []));
  }
  return JSON.parse(direct.made);
}

async function withPg<T>(side: Side, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...side, ssl: false });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function withPostgres<T>(side: Side, use: (sql: postgres.Sql, notices: unknown[]) => Promise<T>): Promise<T> {
  const notices: unknown[] = [];
  const { host, port, database, user, password } = side;
  const sql = postgres({
    host,
    port,
    database,
    user,
    pass: password,
    ssl: false,
    max: 1,
    onnotice: (notice) => notices.push(notice),
  });
  try {
    return await use(sql, notices);
  } finally {
    await sql.end();
  }
}

/** How a query failed, as a program would look at it. */
const rowsOf = ({ rows }: { readonly rows: readonly unknown[] }): readonly unknown[] => rows;
const codeOf = (reason: unknown): unknown =>
  reason instanceof Error && "code" in reason ? reason.code : String(reason);

describe("pg", () => {
  it("binds values of all kinds and reads them back, as text and as binary", async () => {
    const values = [1, "zwölf", true, null, new Date(0), Buffer.from([0, 255]), [1, 2], { a: [null] }, 12.5];
    const types = ["int", "text", "bool", "text", "timestamptz", "bytea", "int[]", "jsonb", "numeric"];
    const sql = `select ${types.map((type, at) => `$${at + 1}::${type} as v${at}`).join(", ")}`;
    const made = await compare((side) =>
      withPg(side, async (client) => {
        const asText = await client.query(sql, values);
        const inBinary = {
          text: "select $1::int as a, $2::text as b, $3::bool as c",
          values: [7, "b", false],
          binary: true,
        };
        const asBinary = await client.query(inBinary);
        return [asText.rows, asText.fields.map(({ dataTypeID }) => dataTypeID), asBinary.rows];
      }),
    );
    expect(made).toMatchObject([[{ v0: 1, v1: "zwölf", v7: { a: [null] } }], {}, [{ a: 7, b: "b", c: false }]]);
  });

  it("keeps prepared statements by name, through errors and transactions", async () => {
    await compare((side) =>
      withPg(side, async (client) => {
        const results: unknown[] = [];
        const byId = (id: unknown) =>
          client.query({ name: "by-id", text: "select v from t where id = $1", values: [id] });
        for (const id of [1, 2, "x", 3]) results.push(await byId(id).then(rowsOf, codeOf));
        await client.query("begin");
        results.push((await byId(4)).rows, await client.query("select 1/0").catch(codeOf), await byId(5).catch(codeOf));
        await client.query("rollback");
        results.push((await byId(6)).rows, await client.query({ name: "by-id", text: "select 2" }).catch(String));
        results.push((await client.query("select 1 as a; select 2 as b; notify n")) && "several");
        return results;
      }),
    );
  });

  it("copies both ways and hears notices and notifications", async () => {
    const made = await compare((side) =>
      withPg(side, async (client) => {
        const heard: unknown[] = [];
        client.on("notice", ({ message }) => heard.push(message));
        client.on("notification", ({ channel, payload }) => heard.push([channel, payload]));
        await client.query("listen n");
        await pipeline(Readable.from(["1\tone\n", "2\ttw", "o\n"]), client.query(copyFrom("copy target from stdin")));
        const failed = await pipeline(
          Readable.from(["x\ty\n"]),
          client.query(copyFrom("copy target from stdin")),
        ).catch(codeOf);
        const out = await text(client.query(copyTo("copy target to stdout (format csv)")));
        await client.query("select remark($1), pg_notify('n', $1)", ["heard"]);
        await client.query("select 1");
        return [failed, out, heard];
      }),
    );
    expect(made).toEqual(["22P02", "1,one\n2,two\n", ["remark: heard", ["n", "heard"]]]);
  });
});

describe("postgres", () => {
  it("pipelines many queries at once, with errors among them", async () => {
    await compare((side) =>
      withPostgres(side, async (sql) => {
        const queries = Array.from({ length: 60 }, (_, at) => sql`select ${at}::int as at, v from t where id = ${at}`);
        const failing = [sql`select 1/0`, sql`select * from missing`, sql`select ${"x"}::int`];
        const settled = await Promise.allSettled([...queries.slice(0, 30), ...failing, ...queries.slice(30)]);
        return settled.map((result) => (result.status === "fulfilled" ? result.value : codeOf(result.reason)));
      }),
    );
  });

  it("reads through cursors, and leaves them early", async () => {
    const made = await compare((side) =>
      withPostgres(side, async (sql) => {
        const sizes: number[] = [];
        await sql`select * from t order by id`.cursor(20, (rows) => void sizes.push(rows.length));
        for await (const rows of sql`select * from t order by id`.cursor(15)) {
          sizes.push(rows.length);
          if (sizes.length > 4) break;
        }
        await sql`select * from t order by id`.forEach(({ id }) => sizes.push(Number(id)));
        return sizes;
      }),
    );
    expect(made).toEqual([20, 20, 10, 15, 15, ...Array.from({ length: 50 }, (_, at) => at + 1)]);
  });

  it("runs transactions with savepoints, and those that fail", async () => {
    const made = await compare((side) =>
      withPostgres(side, async (sql) => {
        const results: unknown[] = [];
        await sql.begin(async (tx) => {
          await tx`insert into target values (1, 'one')`;
          results.push(await tx.savepoint((inner) => inner`insert into target values (1, 'again')`).catch(codeOf));
          await tx`insert into target ${tx([
            { id: 2, v: "two" },
            { id: 3, v: null },
          ])}`;
        });
        results.push(await sql.begin((tx) => [tx`insert into target values (4, 'x')`, tx`select 1/0`]).catch(codeOf));
        results.push(await sql`select * from target order by id`);
        return results;
      }),
    );
    expect(made).toMatchObject(["23505", "22012", [{ id: 1 }, { id: 2 }, { id: 3 }]]);
  });

  it("describes, copies and runs plain texts", async () => {
    await compare((side) =>
      withPostgres(side, async (sql, notices) => {
        const results: unknown[] = [];
        const { types, columns } = await sql`select * from t where id = ${1} and v = ${"x"}`.describe();
        results.push(
          types,
          columns.map(({ name, type }) => [name, type]),
        );
        results.push(
          await sql`insert into target values (${1}, 'x')`.describe().then(({ columns: none }) => none ?? "no columns"),
        );
        await pipeline(Readable.from(["5\tfive\n"]), await sql`copy target from stdin`.writable());
        results.push(await text(await sql`copy target to stdout`.readable()));
        results.push(
          await sql.unsafe("select 1 as a; select 2 as b"),
          await sql.unsafe("select 1; selec").catch(codeOf),
        );
        results.push(
          await sql`select remark('x')`.simple(),
          notices.length,
          await sql`select ${sql.json({ a: 1 })} as j`,
        );
        return results;
      }),
    );
  });

  it("listens on a connection of its own", async () => {
    const made = await compare((side) =>
      withPostgres(side, async (sql) => {
        const heard = Promise.withResolvers<string>();
        const listening = await sql.listen("news", heard.resolve);
        await sql.notify("news", "told");
        const payload = await heard.promise;
        await listening.unlisten();
        return payload;
      }),
    );
    expect(made).toBe("told");
  });
});
