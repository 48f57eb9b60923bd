import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { postgresOf } from "../support/postgres-majors.ts";
import { startRoad } from "../support/road.ts";

/** What a major's own grammar reads and the one before it does not. */
const ownSyntax: readonly (readonly [major: number, sql: string])[] = [
  [13, "select normalize('a', NFC)"],
  [14, "create function f() returns int begin atomic select 1; end"],
  [15, "merge into t using (select 2 as a) s on t.a = s.a when not matched then insert values (s.a)"],
  [16, "select 0x1F as n"],
  [17, "select json_scalar(1)"],
];

describe.each(ownSyntax)("PostgreSQL %i", (major, sql) => {
  it("is reached, read with its own grammar, and refused what policy refuses", async () => {
    await using road = await startRoad({
      server: { binaries: postgresOf(major) },
      policies: [
        {
          policy: "all-but-drop",
          who: { principals: ["alice"] },
          where: { connections: ["*"] },
          rules: [{ allow: ["*"] }, { deny: ["drop"], because: "Not here." }],
        },
      ],
    });
    const client = new Client(await road.urlFor({ name: "alice" }));
    await client.connect();
    try {
      const version = await client.query<{ server_version: string }>("show server_version");
      expect(version.rows[0]?.server_version).toMatch(new RegExp(`^${major}\\b`));
      await client.query("create table t (a int)");
      await client.query("insert into t values ($1)", [1]);
      await client.query(sql);
      await client.query("begin");
      await expect(client.query("drop table t")).rejects.toMatchObject({ code: "42501" });
      await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
      await client.query("rollback");
      const rows = await client.query<{ a: number }>({
        name: "mine",
        text: "select a from t where a = $1",
        values: [1],
      });
      expect(rows.rows).toEqual([{ a: 1 }]);
    } finally {
      await client.end();
    }
  });
});
