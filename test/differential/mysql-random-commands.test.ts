import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { command, type MysqlCommand } from "../support/mysql-commands.ts";
import { mysqlConversations } from "../support/mysql-conversation.ts";
import { flag, usualFlags } from "../support/mysql-flags.ts";
import { MysqlRawClient, type MysqlSide } from "../support/mysql-raw-client.ts";
import { mysqlFlavours } from "../support/mysql-servers.ts";
import { startMysqlSides, type MysqlSides } from "../support/mysql-sides.ts";
import { expectedOf, transcriptOf } from "../support/mysql-transcript.ts";
import { fixture, reset } from "./mysql-scripts/script.ts";

/** More by hand, when the inspector has changed: `RANDOM_CONVERSATIONS=5000`. */
const RUNS = Number(process.env["RANDOM_CONVERSATIONS"] ?? 50);
/** A conversation takes some hundred milliseconds; one that takes this long waits for ever. */
const STUCK_MS = 20_000;

const flags = fc.constantFrom(
  usualFlags,
  usualFlags | flag.SESSION_TRACK,
  usualFlags | flag.DEPRECATE_EOF,
  usualFlags | flag.SESSION_TRACK | flag.DEPRECATE_EOF | flag.QUERY_ATTRIBUTES,
);

async function hold(
  { served }: MysqlSides,
  side: MysqlSide,
  wanted: number,
  commands: readonly MysqlCommand[],
): Promise<readonly string[]> {
  await served.server.query(reset);
  await using client = await MysqlRawClient.connect(side, wanted);
  const lines = await transcriptOf(client, [...commands, command.query("select 'the end'")], "1\tx\n");
  return lines.map((line, at) =>
    lines[at - 1]?.startsWith("-- COM_SET_OPTION") === true ? withoutWarnings(line) : line,
  );
}

/**
 * The number of warnings that it repeats is that of the last command, about which the server was perhaps not asked. The status
 * stands behind it in an EOF and before it in an OK: at the same place in both.
 */
function withoutWarnings(line: string): string {
  const at = line.indexOf(" ");
  const payload = Buffer.from(String(JSON.parse(line.slice(at + 1))), "latin1");
  return `${line.slice(0, at)} ${payload.readUInt8(0)}, status ${payload.readUInt16LE(3)}`;
}

describe.each(mysqlFlavours)("on %s", (flavour) => {
  it(
    "any sequence of commands is answered as by the server",
    async () => {
      await using sides = await startMysqlSides(flavour);
      await sides.served.server.query(`${reset};${fixture}`);
      await fc.assert(
        fc.asyncProperty(flags, mysqlConversations, async (wanted, commands) => {
          const direct = await hold(sides, sides.direct, wanted, commands);
          const through = await hold(sides, sides.through, wanted, commands);
          expect(through).toEqual(expectedOf(direct, through));
        }),
        { numRuns: RUNS, timeout: STUCK_MS },
      );
    },
    RUNS * 2_000,
  );
});
