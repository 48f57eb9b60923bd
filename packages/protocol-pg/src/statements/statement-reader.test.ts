import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { createStatementReader } from "./statement-reader.ts";
import type { ReadText } from "./read-text.ts";

const reader = await createStatementReader(15);

function readNow(sql: string): ReadText {
  const read = reader.read(Buffer.from(sql));
  if (read instanceof Promise) throw new Error("a small text went to the worker");
  return read;
}

describe("StatementReader", () => {
  it.each([12, 19, 15.5, Number.NaN])("has no grammar for %d", async (major) => {
    await expect(createStatementReader(major)).rejects.toThrow(GatewayError);
  });

  it("gives the same objects for the same bytes from the second time on, whoever asks", async () => {
    readNow("select 1 as same");
    const first = readNow("select 1 as same");
    expect(readNow("select 1 as same")).toBe(first);
    expect((await createStatementReader(15)).read(Buffer.from("select 1 as same"))).toBe(first);
    expect(readNow("select 1  as same")).not.toBe(first);
  });

  it("does not keep the bytes it was shown", () => {
    const sql = Buffer.from("select 'kept'");
    readNow(sql.toString());
    const read = reader.read(sql);
    sql.fill(0);
    expect(readNow("select 'kept'")).toBe(read);
  });

  it.each(["", " ", "\n\t", ";", " ; ; ", "-- x", "/* x */;"])("finds no statement in %j", (sql) => {
    expect(readNow(sql).statements).toEqual([]);
  });

  it("splits a text by bytes, not characters", () => {
    const { statements } = readNow("select 'ü€😀' ;\n\n /* é */ delete from \"Größe\"; ; commit ;");
    expect(statements.map((statement) => [statement.text, ...statement.verbs])).toEqual([
      ["select 'ü€😀'", "read"],
      ['/* é */ delete from "Größe"', "delete"],
      ["commit", "transaction"],
    ]);
  });

  it("leaves the text of a single statement as it was sent", () => {
    expect(readNow(" select 1 ; -- done\n").statements[0]?.text).toBe(" select 1 ; -- done\n");
  });

  it("passes on the parser's own words, with the position in characters", () => {
    const [statement] = readNow("select 'ü' frm t x").statements;
    expect(statement).toMatchObject({
      verbs: ["unknown"],
      syntaxError: { message: 'syntax error at or near "t"', position: 16 },
    });
    expect(statement?.unknownBecause).toBe(statement?.syntaxError?.message);
  });

  it("does not let a byte order mark or an exotic space pass for white space", () => {
    expect(readNow("\uFEFFdelete from t").statements[0]?.verbs).toEqual(["unknown"]);
    expect(readNow("select\u20281").statements[0]?.verbs).toEqual(["unknown"]);
    expect(readNow("select 1 as a\u00a0; select 2").statements[0]?.text).toBe("select 1 as a\u00a0");
  });

  it("reads on after many texts too deep for any stack", async () => {
    for (let n = 0; n < 50; n++) {
      const read = await reader.read(Buffer.from(`select ${n}${"::int".repeat(6000)}`));
      expect(read.statements).toHaveLength(1);
    }
    expect(readNow("select 'after the deep ones'").statements[0]?.verbs).toEqual(["read"]);
  });

  it("reads chains as deep as a server follows that has the largest stack a system lets it have by default", async () => {
    const read = await reader.read(Buffer.from(`select 1${"::int".repeat(45_000)}`));
    expect(read.statements.map(({ verbs, unknownBecause }) => ({ verbs, unknownBecause }))).toEqual([
      { verbs: ["read"], unknownBecause: undefined },
    ]);
  });

  it("reads long texts in the worker, once for all who wait, and remembers those that are not huge", async () => {
    const long = Buffer.from(`select '${"x".repeat(100_000)}'; delete from t`);
    const [one, two] = await Promise.all([reader.read(long), reader.read(long)]);
    expect(one).toBe(two);
    expect(reader.read(long)).toBe(one);
    expect(one.statements.map((statement) => statement.verbs.join())).toEqual(["read", "delete"]);
    const huge = await reader.read(Buffer.from(`insert into t values ('${"x".repeat(5_000_000)}')`));
    expect(huge.statements[0]?.verbs).toEqual(["insert"]);
  });

  it("does not read what is beyond all bounds", async () => {
    const read = await reader.read(Buffer.alloc(16 * 1024 * 1024 + 1, 0x20));
    expect(read.statements[0]?.verbs).toEqual(["unknown"]);
    expect(read.statements[0]?.text.length).toBeLessThan(100_000);
  });
});
