import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAnswer } from "../support/mysql-answer.ts";
import { command, type MysqlCommand } from "../support/mysql-commands.ts";
import { usualFlags } from "../support/mysql-flags.ts";
import { MysqlRawClient, type MysqlSide } from "../support/mysql-raw-client.ts";
import { mysqlFlavours } from "../support/mysql-servers.ts";
import { startMysqlSides, type MysqlSides } from "../support/mysql-sides.ts";

const MEGABYTE = 1_000_000;
const DIGITS = `(${Array.from({ length: 10 }, (_, digit) => `select ${digit} as n`).join(" union all ")})`;
/** Ten thousand rows of no bytes to twenty thousand. */
const MANY_ROWS = `select a.n + 10 * b.n + 100 * c.n + 1000 * d.n as id,
    repeat(char(97 + a.n), (a.n * 7919 + b.n * 104729 + c.n * 1299709 + d.n * 15485863) mod 22000) as v
  from ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} d`;

interface Flow {
  readonly bytes: number;
  readonly hash: string;
}

/** Of everything that an answer is made of, sequence ids included. */
async function flowOf(side: MysqlSide, commands: readonly MysqlCommand[]): Promise<Flow> {
  await using client = await MysqlRawClient.connect(side, usualFlags);
  const hash = createHash("sha256");
  let bytes = 0;
  let number = 0;
  for (const { payload, answer } of commands) {
    await client.send(payload({ flags: client.flags, numberOf: () => number, parametersOf: () => 0 }));
    await readAnswer(client, answer, {
      onMessage: (message) => {
        // the first of them says which number the server gave, which is not the same twice
        if (answer === "prepare") number ||= message.payload.readUInt32LE(1);
        else hash.update(Buffer.of(message.sequence)).update(message.payload);
        bytes += message.payload.length;
      },
    });
  }
  return { bytes, hash: hash.digest("hex") };
}

describe.each(mysqlFlavours)("a hundred megabytes of rows from %s", (flavour) => {
  let sides: MysqlSides;

  beforeAll(async () => {
    sides = await startMysqlSides(flavour);
  });
  afterAll(() => sides[Symbol.asyncDispose]());

  it.each([
    ["text", [command.query(MANY_ROWS)]],
    ["binary", [command.prepare(MANY_ROWS), command.execute(1)]],
  ] as const)("come through as %s, byte by byte", async (_name, commands) => {
    const direct = await flowOf(sides.direct, commands);
    expect(direct.bytes).toBeGreaterThan(100 * MEGABYTE);
    expect(await flowOf(sides.through, commands)).toEqual(direct);
  });
});
