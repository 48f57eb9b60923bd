import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Part } from "@sallyport/cli/demo/child-process";
import mariadb from "mariadb";
import mysql, { type Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionTo } from "../support/client-road.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";
import { startServedProcessRoad, type ServedProcessRoad } from "../support/served-process-road.ts";
import { until } from "../support/until.ts";

const ROUNDS = 2;
const CLIENTS_OF_A_KIND = 4;
const PIPELINE_DEPTH = 10;
const MARK = /mark-[0-9a-f]{16}/g;
const OTHERS =
  "select count(*) as others from information_schema.processlist where user = 'root' and id <> connection_id()";

const mark = (): string => `mark-${randomBytes(8).toString("hex")}`;

/** Each sends statements that nobody has sent before, until its connection breaks. `onAnswer` counts what was answered. */
const kinds = {
  texts: async (connect: () => Promise<Connection>, onAnswer: () => void) => {
    const client = await connect();
    for (;;) {
      await client.query(`select '${mark()}'`);
      onAnswer();
    }
  },
  prepared: async (connect: () => Promise<Connection>, onAnswer: () => void) => {
    const client = await connect();
    for (;;) {
      await client.execute("select ?", [mark()]);
      onAnswer();
    }
  },
  several: async (connect: () => Promise<Connection>, onAnswer: () => void) => {
    const client = await connect();
    for (;;) {
      await client.query(`select '${mark()}'; do '${mark()}'; select '${mark()}'`);
      onAnswer();
    }
  },
} as const;

describe.each(mysqlFlavours)("kill -9 of the gateway under load, before %s", (flavour) => {
  const opened = new AsyncDisposableStack();
  let served: ServedMysql;
  let road: ServedProcessRoad;

  beforeAll(async () => {
    served = opened.use(await startServedMysql(flavour));
    const folder = await mkdtemp(join(tmpdir(), "sallyport-road-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    road = opened.use(await startServedProcessRoad({ folder, connection: connectionTo(served) }));
  });
  afterAll(() => opened.disposeAsync());

  const access = () => ({ host: "127.0.0.1", port: road.port, user: road.ticket.user, password: road.ticket.secret });

  async function connect(): Promise<Connection> {
    const client = await mysql.createConnection({ ...access(), multipleStatements: true });
    // the statement that was under way tells of it
    client.on("error", () => undefined);
    return client;
  }

  /** Sends without waiting for answers, which the gateway does for it. */
  async function pipelined(onAnswer: () => void): Promise<void> {
    const client = await mariadb.createConnection({ ...access(), connectTimeout: 30_000 });
    client.on("error", () => undefined);
    for (;;) {
      await Promise.all(Array.from({ length: PIPELINE_DEPTH }, () => client.query(`select '${mark()}'`)));
      onAnswer();
    }
  }

  /** Loads the gateway and kills it after a number of answers that nobody can know beforehand. */
  async function killUnderLoad(gateway: Part): Promise<void> {
    let answersLeft = randomInt(100, 1_000);
    const onAnswer = (): void => {
      answersLeft -= 1;
      if (answersLeft === 0) process.kill(gateway.pid, "SIGKILL");
    };
    await until(() =>
      connect()
        .then((client) => client.end().then(() => true))
        .catch(() => false),
    );
    const clients = Array.from({ length: CLIENTS_OF_A_KIND }, () => [
      ...Object.values(kinds).map((run) => run(connect, onAnswer)),
      pipelined(onAnswer),
    ]).flat();
    const endings = await Promise.allSettled(clients);
    expect(answersLeft).toBeLessThanOrEqual(0);
    expect(endings.every(({ status }) => status === "rejected")).toBe(true);
    await gateway.exited;
  }

  it("leaves no statement in the server's log that is not in a recording", async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [gateway, agent] = await Promise.all([road.startGateway(), road.startAgent()]);
      await killUnderLoad(gateway);
      await agent.stop();
      await until(() => served.server.query(OTHERS).then(([row]) => Number(row?.["others"]) === 0));
    }
    const seen = new Set((await served.statements()).join("\n").match(MARK));
    const recorded = new Set(readRecordings(road.recordings).flatMap(marksOfRuns));
    expect(seen.size).toBeGreaterThan(ROUNDS * 100);
    expect([...seen].filter((one) => !recorded.has(one))).toEqual([]);
  }, 120_000);
});

function marksOfRuns({ lines }: ReturnType<typeof readRecordings>[number]): readonly string[] {
  return lines
    .filter(({ type, stage }) => type === "statement" && stage === "run")
    .flatMap(({ text, parameters }) => `${text} ${JSON.stringify(parameters)}`.match(MARK) ?? []);
}
