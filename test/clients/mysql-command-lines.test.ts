import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
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

const readOnly = {
  policy: "read-only",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["read", "session", "transaction", "explain"] }],
};

describe.each(mysqlFlavours)("command lines on %s, under a policy that only lets them read", (flavour) => {
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMysql(flavour);
    road = await startClientRoad(served, { policy: readOnly });
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  describe.each(["mysql", "mariadb"] as const)("%s", (program) => {
    const args = ({ user }: Access, more: readonly string[] = []): string[] => [
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
      const { output, errors } = await run(road.ticket, "\\s\nshow databases;\nuse shop\nshow tables;\n", [
        "--table",
        "--auto-rehash",
      ]);
      expect(errors).not.toContain("sallyport");
      expect(output).toContain("| shop");
      expect(output).toContain("Threads");
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
      const access = road.ticket;
      const client = startClient(
        mysqlProgram(program),
        args(access, ["-e", `select '${label}', count(*) from information_schema.columns where sleep(600)`]),
        { env: env(access) },
      );
      await until(() => served.statements().then((all) => all.some((text) => text.includes(label))));
      client.interrupt();
      const { errors, code } = await client.result;
      expect(code).not.toBe(0);
      expect(errors).toMatch(/interrupted|query killed/i);
      await until(() => road.road.gateway.sessions.size === 0);
      const lines = readRecordings(road.road.recordings).flatMap((recording) => recording.lines);
      expect(lines.filter(({ result }) => result === "failed")).not.toEqual([]);
    });
  });
});
