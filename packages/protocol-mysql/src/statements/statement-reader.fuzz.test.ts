import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flavours, plainModes, readers } from "./testing/read-with.ts";

const corpus = new URL("../../../../test/evasions/mysql.jsonl", import.meta.url);
const real = readFileSync(corpus, "utf8")
  .split("\n")
  .flatMap((line) => [...line.matchAll(/"((?:select|set|create|insert|update|prepare|show)[^"\\]*)"/g)])
  .map(([, sql = ""]) => Buffer.from(sql));

const modes = fc.record({
  ansiQuotes: fc.boolean(),
  noBackslashEscapes: fc.boolean(),
  ignoreSpace: fc.boolean(),
  characterSet: fc.constantFrom("utf8mb4", "latin1", "binary", "ascii", "gbk"),
});

function expectVerbs(sql: Buffer, given = plainModes): void {
  for (const flavour of flavours) {
    const { statements } = readers[flavour].read(sql, given, true);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      expect(statement.verbs.length).toBeGreaterThan(0);
      expect(statement.verbs.includes("unknown")).toBe(statement.unknownBecause !== undefined);
      if (statement.unknownBecause !== undefined) expect(statement.effect.kind).toBe("none");
    }
  }
}

describe("StatementReader, given anything", () => {
  it("survives arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), modes, (bytes, given) => expectVerbs(Buffer.from(bytes), given)),
      { numRuns: 1000 },
    );
  });

  it("survives what looks like SQL", () => {
    const word = fc.constantFrom(
      ...(
        "select ( ) , ; ' \" ` /* */ /*! /*!50000 /*M! /*+ -- \n # @ @@ . * 1 1.e 0x a from with as insert union set names " +
        "sql_mode = := create procedure begin end prepare p execute immediate explain for statement kill query load data é \\ ? :"
      ).split(" "),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.constantFrom(" ", ""), modes, (words, glue, given) =>
        expectVerbs(Buffer.from(words.join(glue)), given),
      ),
      { numRuns: 3000 },
    );
  });

  it("survives real statements cut, spliced and with bytes changed", () => {
    const mutation = fc.record({
      one: fc.constantFrom(...real),
      two: fc.constantFrom(...real),
      at: fc.nat(200),
      byte: fc.nat(255),
    });
    fc.assert(
      fc.property(mutation, ({ one, two, at, byte }) => {
        const changed = Buffer.from(one);
        if (at < changed.length) changed[at] = byte;
        expectVerbs(changed);
        expectVerbs(one.subarray(0, at));
        expectVerbs(Buffer.concat([one.subarray(0, at), two.subarray(at)]));
      }),
      { numRuns: 2000 },
    );
  });
});
