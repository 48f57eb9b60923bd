import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadRegressCorpus } from "./regress-corpus.ts";
import { createStatementReader } from "./statement-reader.ts";

const reader = await createStatementReader(17);
const real = loadRegressCorpus()
  .filter((_entry, n) => n % 80 === 0)
  .map((entry) => Buffer.from(entry.sql));

async function expectVerbs(sql: Buffer): Promise<void> {
  const { statements } = await reader.read(sql);
  for (const statement of statements) {
    expect(statement.verbs.length).toBeGreaterThan(0);
    expect(statement.verbs.includes("unknown")).toBe(statement.unknownBecause !== undefined);
  }
}

describe("StatementReader, given anything", () => {
  it("survives arbitrary bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await expectVerbs(Buffer.from(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("survives what looks like SQL", async () => {
    const word = fc.constantFrom(
      ..."select ( ) [ ] , ; ' \" $$ $a$ E' /* */ -- \n + - :: . * 1 a from with as insert union case é \\".split(" "),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 60 }), fc.constantFrom(" ", ""), async (words, glue) => {
        await expectVerbs(Buffer.from(words.join(glue)));
      }),
      { numRuns: 1000 },
    );
  });

  it("survives real statements cut, spliced and with bytes changed", async () => {
    const mutation = fc.record({
      one: fc.constantFrom(...real),
      two: fc.constantFrom(...real),
      at: fc.nat(400),
      byte: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ one, two, at, byte }) => {
        const changed = Buffer.from(one);
        if (at < changed.length) changed[at] = byte;
        await expectVerbs(changed);
        await expectVerbs(one.subarray(0, at));
        await expectVerbs(Buffer.concat([one.subarray(0, at), two.subarray(at)]));
      }),
      { numRuns: 1000 },
    );
  });
});
