import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Part } from "@sallyport/cli/demo/child-process";
import type { Document } from "bson";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionTo } from "../support/client-road.ts";
import { mongoMsg } from "../support/mongo-messages.ts";
import { MongoRawClient } from "../support/mongo-raw-client.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { startServedDouble, type ServedDouble } from "../support/served-mongo.ts";
import { startServedProcessRoad, type ServedProcessRoad } from "../support/served-process-road.ts";
import { until } from "../support/until.ts";

const ROUNDS = 2;
const CLIENTS_OF_A_KIND = 4;
const PIPELINE_DEPTH = 10;
const MORE_TO_COME = 2;
const MARK = /mark-[0-9a-f]{16}/g;

const mark = (): string => `mark-${randomBytes(8).toString("hex")}`;
const read = (): Document => ({ find: "nothing", filter: { mark: mark() }, $db: "shop" });
/** Of which nothing stays, so that the server remains quick. */
const write = (): Document => ({
  delete: "nothing",
  deletes: [
    { q: { mark: mark() }, limit: 0 },
    { q: { mark: mark() }, limit: 1 },
  ],
  $db: "shop",
});

/** Each sends commands that nobody has sent before, until its connection breaks. `onAnswer` counts what was answered. */
const kinds: Readonly<Record<string, (client: MongoRawClient, onAnswer: () => void) => Promise<void>>> = {
  reads: async (client, onAnswer) => {
    while ((await client.ask(read())) !== undefined) onAnswer();
  },
  writes: async (client, onAnswer) => {
    while ((await client.ask(write())) !== undefined) onAnswer();
  },
  "writes that want no answer": async (client, onAnswer) => {
    do {
      onAnswer();
      await client.raw.send(mongoMsg(write(), { requestId: 1_000_000, flags: MORE_TO_COME }));
    } while ((await client.ask(read())) !== undefined);
  },
  pipelined: async (client, onAnswer) => {
    for (;;) {
      await client.raw.send(...Array.from({ length: PIPELINE_DEPTH }, () => client.message(read())));
      for (let due = 0; due < PIPELINE_DEPTH; due += 1) {
        if ((await client.receive()) === undefined) return;
      }
      onAnswer();
    }
  },
};

describe("kill -9 of the gateway under load, before MongoDB", () => {
  const opened = new AsyncDisposableStack();
  let served: ServedDouble;
  let road: ServedProcessRoad;

  beforeAll(async () => {
    served = opened.use(await startServedDouble());
    const folder = await mkdtemp(join(tmpdir(), "sallyport-road-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    road = opened.use(await startServedProcessRoad({ folder, connection: connectionTo(served) }));
  });
  afterAll(() => opened.disposeAsync());

  const connect = (): Promise<MongoRawClient> =>
    MongoRawClient.connect({
      port: road.port,
      user: road.ticket.user,
      password: road.ticket.secret,
      database: "admin",
    });

  /** Loads the gateway and kills it after a number of answers that nobody can know beforehand. */
  async function killUnderLoad(gateway: Part): Promise<void> {
    let answersLeft = randomInt(100, 1_000);
    const onAnswer = (): void => {
      answersLeft -= 1;
      if (answersLeft === 0) process.kill(gateway.pid, "SIGKILL");
    };
    await until(() =>
      connect()
        .then((client) => client[Symbol.asyncDispose]().then(() => true))
        .catch(() => false),
    );
    const clients = Object.values(kinds).flatMap((run) =>
      Array.from({ length: CLIENTS_OF_A_KIND }, async () => run(await connect(), onAnswer)),
    );
    // one that ends in the middle of sending fails, one that waits for an answer is told of the end
    await Promise.allSettled(clients);
    expect(answersLeft).toBeLessThanOrEqual(0);
    await gateway.exited;
  }

  it("leaves no command that the server saw out of the recordings", async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [gateway, agent] = await Promise.all([road.startGateway(), road.startAgent()]);
      await killUnderLoad(gateway);
      await agent.stop();
      await until(() => served.mongod.operationsInProgress().length === 0);
    }
    const seen = new Set(JSON.stringify(served.mongod.commands.map(({ command }) => command)).match(MARK));
    const recorded = new Set(readRecordings(road.recordings).flatMap(marksOfRuns));
    expect(seen.size).toBeGreaterThan(ROUNDS * 100);
    expect([...seen].filter((one) => !recorded.has(one))).toEqual([]);
  });
});

function marksOfRuns({ lines }: ReturnType<typeof readRecordings>[number]): readonly string[] {
  return lines
    .filter(({ type, stage }) => type === "statement" && stage === "run")
    .flatMap(({ text, parameters }) => `${text} ${JSON.stringify(parameters)}`.match(MARK) ?? []);
}
