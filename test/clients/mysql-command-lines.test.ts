import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOnly, startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { runClient, startClient, type ClientResult } from "../support/run-client.ts";
import { mysqlFlavours, mysqlProgram, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";
import { until } from "../support/until.ts";

/** How each command line asks for TLS that is verified. */
const verified = {
  // newer ones take the commands of their own, such as \s, only when asked to
  mysql: (ca: string) => ["--ssl-mode=VERIFY_IDENTITY", `--ssl-ca=${ca}`, "--commands"],
  mariadb: (ca: string) => ["--ssl", `--ssl-ca=${ca}`, "--ssl-verify-server-cert"],
} as const;

describe.each(mysqlFlavours)("command lines on %s, under a policy that only lets them read", (flavour) => {
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMysql(flavour);
    await served.server.query(`create table ${served.database}.goods (name varchar(40), price decimal(10, 2))`);
    road = await startClientRoad(served, { policy: readOnly });
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  describe.each(["mysql", "mariadb"] as const)("%s", (program) => {
    const args = ({ user }: Access, more: readonly string[] = []): string[] => [
      // else localhost is a socket file
      "--protocol=TCP",
      `--host=${road.host}`,
      `--port=${road.port}`,
      "--protocol=TCP",
      `--user=${user}`,
      ...verified[program](road.caFile),
      ...more,
    ];
    // a prompt would cut a token: it keeps 79 characters
    const env = ({ secret }: Access): Record<string, string> => ({ MYSQL_PWD: secret });
    const run = (access: Access, input: string, more?: readonly string[]): Promise<ClientResult> =>
      runClient(mysqlProgram(program), args(access, more), { env: env(access), input });

    it("logs in by ticket and by token", async () => {
      for (const access of [road.ticket, await road.token()]) {
        const { output, errors, code } = await run(access, "select database() as db, 1 + 1 as two;\n");
        expect({ output, errors, code }).toEqual({ output: `db\ttwo\n${served.database}\t2\n`, errors: "", code: 0 });
      }
    });

    it("starts up, and lists what there is, without a word about policy", async () => {
      // with a table for its output, and names to complete, it asks what it asks of somebody at a terminal
      const input = `status\nshow databases;\nuse ${served.database}\nshow tables;\ndescribe goods;\n`;
      const { output, errors, code } = await run(road.ticket, input, ["--table", "--auto-rehash"]);
      expect({ errors, code }).toEqual({ errors: "", code: 0 });
      expect(output).toContain("Threads:");
      expect(output).toContain(`| ${served.database} `);
      expect(output).toMatch(/\| goods +\|/);
      expect(output).toMatch(/\| price +\|/);
    });

    it("is told in its own words what policy refuses, and goes on", async () => {
      const { output, errors } = await run(road.ticket, "drop table nothing;\nselect 'after';\n", ["--force"]);
      expect(errors).toContain("ERROR 1142 (42000) at line 1: sallyport: Policy does not allow this statement.");
      expect(errors).toContain("drop");
      expect(output).toContain("after");
      expect(await served.statements()).not.toContainEqual(expect.stringMatching(/drop table nothing/i));
    });

    it("stops what it runs at Ctrl-C", async () => {
      const label = `${program} sleeps`;
      const text = `select '${label}', count(*) from information_schema.columns where sleep(600)`;
      const client = startClient(mysqlProgram(program), args(road.ticket, ["-e", text]), { env: env(road.ticket) });
      await until(() => served.statements().then((all) => all.includes(text)));
      client.interrupt();
      const { errors, code } = await client.result;
      expect(code).not.toBe(0);
      expect(errors).toMatch(/interrupted|query killed/i);
      await until(() => road.road.gateway.sessions.size === 0);
      const recording = readRecordings(road.road.recordings).find(({ lines }) =>
        lines.some((line) => line.text === text),
      );
      expect(recording?.lines.findLast(({ type }) => type === "outcome")?.result).toBe("failed");
    });
  });
});
