import { copyTextForm } from "../masker/copy-form.ts";
import { describe, expect, it } from "vitest";
import { createStatementReader } from "./statement-reader.ts";
import type { PgStatement } from "./read-text.ts";

const reader = await createStatementReader(17);

async function only(sql: string, major = 17): Promise<PgStatement> {
  const { statements } = await (major === 17 ? reader : await createStatementReader(major)).read(Buffer.from(sql));
  const [statement, ...more] = statements;
  if (statement === undefined || more.length > 0) throw new Error(`${sql} is not one statement`);
  return statement;
}

describe("SqlEffect", () => {
  it.each([
    ["SELECT 1", { kind: "none" }],
    ["DEALLOCATE PREPARE Foo", { kind: "deallocate", name: "foo" }],
    ['DEALLOCATE "Foo"', { kind: "deallocate", name: "Foo" }],
    ["DEALLOCATE ALL", { kind: "deallocate", name: undefined }],
    ['DEALLOCATE "all"', { kind: "deallocate", name: "all" }],
    ["DECLARE C CURSOR FOR SELECT 1", { kind: "declare", name: "c", hold: false }],
    ["DECLARE c ASENSITIVE SCROLL CURSOR FOR SELECT 1", { kind: "declare", name: "c", hold: false }],
    ["DECLARE c CURSOR WITH HOLD FOR SELECT 1", { kind: "declare", name: "c", hold: true }],
    ["FETCH 3 FROM c", { kind: "fetch", name: "c" }],
    ["MOVE ALL IN c", { kind: "fetch", name: "c" }],
    ["CLOSE c", { kind: "close-cursor", name: "c" }],
    ["CLOSE ALL", { kind: "close-cursor", name: undefined }],
    ["DISCARD ALL", { kind: "discard" }],
    ["DISCARD PLANS", { kind: "none" }],
    ["COPY t FROM STDIN", { kind: "copy-in" }],
    ["COPY t FROM '/x'", { kind: "none" }],
    ["COPY t FROM PROGRAM 'x'", { kind: "none" }],
    ["COPY t TO STDOUT", { kind: "copy-out", form: copyTextForm }],
    ["COPY t TO '/x'", { kind: "none" }],
    ["BEGIN", { kind: "none" }],
    ["END", { kind: "end-transaction", how: "commit" }],
    ["COMMIT AND CHAIN", { kind: "end-transaction", how: "commit" }],
    ["ABORT", { kind: "end-transaction", how: "rollback" }],
    ["ROLLBACK TO a", { kind: "end-transaction", how: "rollback-to" }],
    ["PREPARE TRANSACTION 'x'", { kind: "end-transaction", how: "prepare" }],
    ["COMMIT PREPARED 'x'", { kind: "none" }],
    ["EXECUTE Foo(1)", { kind: "execute", name: "foo", otherVerbs: [] }],
    ["EXECUTE foo(lo_import('/x'))", { kind: "execute", name: "foo", otherVerbs: ["admin"] }],
    ["EXPLAIN ANALYZE EXECUTE foo", { kind: "execute", name: "foo", otherVerbs: ["explain"] }],
    ["CREATE TABLE t AS EXECUTE foo", { kind: "execute", name: "foo", otherVerbs: ["create"] }],
    ["EXPLAIN DECLARE c CURSOR FOR SELECT 1", { kind: "none" }],
  ])("of %s", async (sql, effect) => {
    expect((await only(sql)).effect).toEqual(effect);
  });

  it("knows WITH HOLD from ASENSITIVE in 13, whose bits differ", async () => {
    expect((await only("DECLARE c CURSOR WITH HOLD FOR SELECT 1", 13)).effect).toMatchObject({ hold: true });
    expect((await only("DECLARE c SCROLL CURSOR FOR SELECT 1", 13)).effect).toMatchObject({ hold: false });
  });

  it("keeps what PREPARE prepared, with the inner statement's own verbs", async () => {
    const sql = "PREPARE p (int) AS DELETE FROM t WHERE id = $1";
    expect((await only(sql)).effect).toMatchObject({
      kind: "prepare",
      name: "p",
      statement: { text: sql, verbs: ["delete"], effect: { kind: "none" } },
    });
  });
});
