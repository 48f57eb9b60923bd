import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, lengthEncoded } from "../support/mysql-commands.ts";
import { flag, usualFlags } from "../support/mysql-flags.ts";
import { MysqlRawClient, type MysqlSide } from "../support/mysql-raw-client.ts";
import { mysqlFlavours } from "../support/mysql-servers.ts";
import { startMysqlSides, type MysqlSides } from "../support/mysql-sides.ts";
import { transcriptOf } from "../support/mysql-transcript.ts";
import type { MysqlScript } from "./mysql-scripts/script.ts";

const MAX_PAYLOAD = 2 ** 24 - 1;
/** Around where a message takes a second packet: the one of 2^24-1 takes an empty one. */
const sizes = [MAX_PAYLOAD - 1, MAX_PAYLOAD, MAX_PAYLOAD + 1, MAX_PAYLOAD + 2];
const LENGTH_BYTES = 4;
const MAX_ALLOWED = 2 ** 26;

const { query, prepare, execute, longData } = command;
const text = (length: number): string => "0123456789".repeat(Math.ceil(length / 10)).slice(0, length);

/** Messages whose payload has so many bytes. */
function scriptsOf(size: number): readonly MysqlScript[] {
  const around = "select length(''), 'behind'".length + 1;
  const executed = execute(1, [{ type: 253, bytes: lengthEncoded("") }]);
  const overhead = executed.payload({ flags: 0, numberOf: () => 1, parametersOf: () => 1 }).length - 1 + LENGTH_BYTES;
  return [
    { name: "a text", commands: [query(`select length('${text(size - around)}'), 'behind'`)] },
    {
      name: "a bound value, and it comes back",
      commands: [prepare("select ?"), execute(1, [{ type: 253, bytes: lengthEncoded(text(size - overhead)) }])],
    },
    {
      name: "a piece of a value",
      commands: [
        prepare("select length(?), 'behind'"),
        longData(1, 0, text(size - 7)),
        longData(1, 0, "and more"),
        execute(1, [{ type: 252, bytes: undefined, isLong: true }]),
      ],
    },
    {
      name: "a file",
      file: text(size),
      commands: [
        query("create temporary table held (t longtext)"),
        query("load data local infile 'f' into table held"),
        query("select length(t), sha2(t, 256) from held"),
      ],
    },
  ];
}

describe.each(mysqlFlavours)("messages around the size of a packet come from %s as they are", (flavour) => {
  let sides: MysqlSides;

  beforeAll(async () => {
    sides = await startMysqlSides(flavour);
    await sides.served.server.query(`set global max_allowed_packet = ${MAX_ALLOWED}`);
  });
  afterAll(() => sides[Symbol.asyncDispose]());

  async function play(side: MysqlSide, { commands, file }: MysqlScript): Promise<readonly string[]> {
    await using client = await MysqlRawClient.connect(side, usualFlags | flag.DEPRECATE_EOF);
    return await transcriptOf(client, [...commands, query("select 'the end'")], file);
  }

  describe.each(sizes)("%i bytes", (size) => {
    it.each(scriptsOf(size))("$name", async (script) => {
      const [direct, through] = await Promise.all([play(sides.direct, script), play(sides.through, script)]);
      expect(through).toEqual(direct);
      expect(direct.filter((line) => line.includes('"ÿ'))).toEqual([]);
    });
  });
});
