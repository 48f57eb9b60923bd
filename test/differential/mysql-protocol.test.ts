import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAnswer } from "../support/mysql-answer.ts";
import { command } from "../support/mysql-commands.ts";
import { flag, usualFlags } from "../support/mysql-flags.ts";
import { MysqlRawClient, type MysqlSide } from "../support/mysql-raw-client.ts";
import { mysqlFlavours } from "../support/mysql-servers.ts";
import { startMysqlSides, type MysqlSides } from "../support/mysql-sides.ts";
import { preparedScripts } from "./mysql-scripts/prepared.ts";
import { fixture, type MysqlScript } from "./mysql-scripts/script.ts";
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
  });
  afterAll(() => sides[Symbol.asyncDispose]());

  /** Every message of every answer, and of a last one, which shows that nothing is left over. */
  async function play(side: MysqlSide, flags: number, { commands, file }: MysqlScript): Promise<readonly string[]> {
    await sides.served.server.query(fixture);
    await using client = await MysqlRawClient.connect(side, flags);
    const lines: string[] = [];
    for (const { name, payload, answer } of [...commands, command.query("select 'the end'")]) {
      await client.send(payload(client.flags));
      lines.push(`-- ${name}`);
      for (const message of await readAnswer(client, answer, file)) {
        lines.push(`${message.sequence} ${JSON.stringify(message.payload.toString("latin1"))}`);
      }
    }
    return lines;
  }

  describe.each(Object.entries(negotiations))("%s", (_name, flags) => {
    describe.each(Object.entries(suites))("%s", (_suite, scripts) => {
      it.each(scripts.filter(({ only }) => only === undefined || only === flavour))("$name", async (script) => {
        const direct = await play(sides.direct, flags, script);
        expect(direct.at(-1)).toMatch(/^\d+ "þ|^-- /);
        expect(await play(sides.through, flags, script)).toEqual(direct);
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
    await client.send(command.statistics().payload(client.flags));
    const [message] = await readAnswer(client, "text");
    expect(message?.payload.toString()).toMatch(/^Uptime: \d+ {2}Threads: \d+/);
  });
});
