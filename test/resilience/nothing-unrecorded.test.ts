import { randomBytes, randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/pg-client-messages.ts";
import { startProcessRoad, type ProcessRoad } from "../support/process-road.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { connectOnceServed } from "../support/watched-client.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

const ROUNDS = 4;
const CLIENTS_OF_A_KIND = 5;
const PIPELINE_DEPTH = 20;
const MARK = /mark-[0-9a-f]{16}/g;

let road: ProcessRoad;
let activity: ServerActivity;

beforeAll(async () => {
  road = await startProcessRoad({ server: { settings: { log_statement: "all", log_parameter_max_length: "-1" } } });
  activity = await watchActivity(road.server.url);
});

afterAll(async () => {
  await activity[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

const mark = (): string => `mark-${randomBytes(8).toString("hex")}`;

/** Each sends statements that nobody has sent before, until its connection breaks. `onAnswer` counts what was answered. */
const kinds = {
  simple: async (onAnswer: () => void) => {
    const { client } = await connectOnceServed(road.url);
    for (;;) {
      await client.query(`SELECT '${mark()}'`);
      onAnswer();
    }
  },
  prepared: async (onAnswer: () => void) => {
    const { client } = await connectOnceServed(road.url);
    for (;;) {
      await client.query({ name: "prepared", text: "SELECT $1::text", values: [mark()] });
      onAnswer();
    }
  },
  pipelined: async (onAnswer: () => void) => {
    await (await connectOnceServed(road.url)).client.end();
    const client = await WireClient.connect(sideOf("through", road.url));
    for (;;) {
      client.send(...Array.from({ length: PIPELINE_DEPTH }, unnamedStatement).flat(), send.sync());
      const answers = await client.untilReady();
      if (answers.at(-1)?.tag !== "Z") throw new Error("the connection ended");
      onAnswer();
    }
  },
} as const;

function unnamedStatement(): readonly Buffer[] {
  return [send.parse("", `SELECT '${mark()}'`), send.bind("", ""), send.execute("")];
}

/** Loads the gateway and kills it after a number of answers that nobody can know beforehand. */
async function killUnderLoad(gateway: Part): Promise<void> {
  let answersLeft = randomInt(100, 1_500);
  const onAnswer = (): void => {
    answersLeft -= 1;
    if (answersLeft === 0) process.kill(gateway.pid, "SIGKILL");
  };
  const clients = Object.values(kinds).flatMap((run) =>
    Array.from({ length: CLIENTS_OF_A_KIND }, async () => run(onAnswer)),
  );
  const endings = await Promise.allSettled(clients);
  expect(answersLeft).toBeLessThanOrEqual(0);
  expect(endings.every(({ status }) => status === "rejected")).toBe(true);
  await gateway.exited;
  await activity.until((sessions) => sessions.length === 0);
}

describe("kill -9 of the gateway under load", () => {
  it("leaves no statement in the server's log that is not in a recording", async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const gateway = await road.startGateway();
      const agent = await road.startAgent();
      await killUnderLoad(gateway);
      await agent.stop();
    }
    const seen = new Set((await readFile(road.server.logFile, "utf8")).match(MARK));
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
