import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../support/mysql-commands.ts";
import { flag, usualFlags } from "../support/mysql-flags.ts";
import { MysqlRawClient, type MysqlSide } from "../support/mysql-raw-client.ts";
import { mysqlFlavours } from "../support/mysql-servers.ts";
import { startMysqlSides, type MysqlSides } from "../support/mysql-sides.ts";
import { expectedOf, transcriptOf } from "../support/mysql-transcript.ts";
import { preparedScripts } from "./mysql-scripts/prepared.ts";
import { fixture, reset, type MysqlScript } from "./mysql-scripts/script.ts";
import { sessionScripts } from "./mysql-scripts/sessions.ts";
import { fileScripts, textScripts } from "./mysql-scripts/texts.ts";

const suites: Readonly<Record<string, readonly MysqlScript[]>> = {
  texts: textScripts,
  files: fileScripts,
  "prepared statements": preparedScripts,
  sessions: sessionScripts,
};

/** What clients of different ages negotiate: each changes what an answer is made of. */
const negotiations: Readonly<Record<string, number>> = {
  "as old clients do": usualFlags,
  "with session tracking": usualFlags | flag.SESSION_TRACK,
  "without EOF": usualFlags | flag.DEPRECATE_EOF,
  "with all that there is":
    (usualFlags & ~flag.MYSQL) | flag.SESSION_TRACK | flag.DEPRECATE_EOF | flag.QUERY_ATTRIBUTES,
};

describe.each(mysqlFlavours)("the same bytes come from %s directly and through the gateway", (flavour) => {
  let sides: MysqlSides;

  beforeAll(async () => {
    sides = await startMysqlSides(flavour);
    await sides.served.server.query(reset + ";" + fixture);
  });
  afterAll(() => sides[Symbol.asyncDispose]());

  /** Every message of every answer, and of a last one, which shows that nothing is left over. */
  async function play(side: MysqlSide, flags: number, script: MysqlScript): Promise<readonly string[]> {
    await sides.served.server.query(reset);
    await using client = await MysqlRawClient.connect(side, flags);
    const end = script.endsSession === true ? [] : [command.query("select 'the end'")];
    return await transcriptOf(client, [...script.commands, ...end], script.file);
  }

  describe.each(Object.entries(negotiations))("%s", (_name, flags) => {
    describe.each(Object.entries(suites))("%s", (_suite, scripts) => {
      const possible = scripts.filter(({ only = flavour, needs = 0 }) => only === flavour && (flags & needs) === needs);
      it.each(possible)("$name", async (script) => {
        const direct = await play(sides.direct, flags, script);
        const through = await play(sides.through, flags, script);
        expect(through).toEqual(expectedOf(direct, through));
      });
    });
  });

  it("greets as the server does", async () => {
    await using direct = await MysqlRawClient.connect(sides.direct, usualFlags);
    await using through = await MysqlRawClient.connect(sides.through, usualFlags);
    const { version, collation, status } = direct.greeting;
    expect(through.greeting).toMatchObject({ version, collation, status });
  });

  it("sends statistics of the server's", async () => {
    await using client = await MysqlRawClient.connect(sides.through, usualFlags);
    expect(await transcriptOf(client, [command.statistics()])).toEqual([
      "-- COM_STATISTICS",
      expect.stringMatching(/^1 "Uptime: \d+ {2}Threads: \d+/),
    ]);
  });
});
