import type { Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../bench/run-program.ts";
import { startReplicatedRoad, type ReplicatedRoad } from "../support/replicated-road.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, connectWatched, failureOf, type ToldError } from "../support/watched-client.ts";

const ENDED = { code: "57P01", severity: "FATAL" };
const REPLICAS = [0, 1, 2];
const AGENTS = [0, 1];

let road: ReplicatedRoad;
let replicas: Part[];
let agents: Part[];

beforeAll(async () => {
  road = await startReplicatedRoad({ replicas: REPLICAS.length, agents: AGENTS.length, drainSeconds: 8 });
  // the first makes what the others find
  const first = await road.startReplica(0);
  replicas = [first, ...(await Promise.all([1, 2].map((number) => road.startReplica(number))))];
  agents = await Promise.all(AGENTS.map((number) => road.startAgent(number)));
  await Promise.all(REPLICAS.map(async (number) => (await connectOnceServed(road.urlOf(number))).client.end()));
  await runProgram("pgbench", ["--initialize", "--quiet", "--scale=1", road.server.url]);
}, 120_000);
afterAll(() => road[Symbol.asyncDispose]());

describe("restarting every replica and every agent, one after another, under load", () => {
  it("loses no short session, and of the others only those that outlast the deadline, each told so", async () => {
    const restarting = new AbortController();
    const short = loadUntil(restarting.signal);
    const long = REPLICAS.map((number) => fromTransactionToTransaction(road.urlOf(number)));
    const [patient, forgetful] = await Promise.all([connectWatched(road.urlOf(0)), connectWatched(road.urlOf(1))]);
    for (const { client } of [patient, forgetful]) await client.query("BEGIN");
    const patience = patient.client.query("SELECT pg_sleep(1)");
    for (const number of REPLICAS)
      replicas[number] = await restarted(replicas[number], () => road.startReplica(number));
    await patience;
    for (const number of AGENTS) agents[number] = await restarted(agents[number], () => road.startAgent(number));
    restarting.abort();
    expect(await short).toBeGreaterThan(0);
    for (const ended of await Promise.all(long)) {
      expect(ended.error).toMatchObject(ENDED);
      expect(ended.transactions).toBeGreaterThan(0);
    }
    expect(await patient.ended).toMatchObject(ENDED);
    expect(await forgetful.ended).toMatchObject(ENDED);
    const ends = "select distinct end_code from sallyport.sessions where end_code is not null order by 1";
    await until(
      async () => (await road.state.query("select 1 from sallyport.sessions where closed_at is null")).length === 0,
    );
    const codes = (await road.state.query(ends)).map((row) => row["end_code"]);
    expect(["gateway/shutting-down", "tunnel/agent-leaving"]).toEqual(expect.arrayContaining(codes));
  }, 180_000);
});

describe("a replica that is killed", () => {
  it("loses its own sessions; all others go on, agents and clients find the others, and nothing stays open", async () => {
    const clients = await Promise.all(REPLICAS.map((number) => connectOnceServed(road.urlOf(number))));
    const [lost, ...others] = clients;
    const [killed] = replicas;
    if (lost === undefined || killed === undefined) throw new Error("there are no replicas");
    const running = failureOf(lost.client.query("SELECT pg_sleep(600)"));
    process.kill(killed.pid, "SIGKILL");
    expect((await running).message).toMatch(/terminated unexpectedly|ECONNRESET/);
    for (const { client } of others) expect((await client.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    await using again = await connectWatched(road.urlOf());
    expect((await again.client.query("SELECT 2 AS n")).rows).toEqual([{ n: 2 }]);
    const lostOnes = "select 1 from sallyport.sessions where end_code = 'gateway/lost'";
    await until(async () => (await road.state.query(lostOnes)).length === 1);
    const open = "select 1 from sallyport.sessions where closed_at is null";
    await until(async () => (await road.state.query(open)).length === 3);
    // each agent is at both that are left
    const present = "select 1 from sallyport.agent_presence";
    await until(async () => (await road.state.query(present)).length === AGENTS.length * 2);
    for (const { client } of others) await client.end();
  }, 120_000);
});

/** Round after round of clients that come for one transaction and go. Resolves to how many transactions there were; one that failed rejects. */
async function loadUntil(over: AbortSignal): Promise<number> {
  let transactions = 0;
  while (!over.aborted) {
    const output = await runProgram("pgbench", [
      "--select-only",
      "--no-vacuum",
      "--connect",
      "--client=3",
      "--transactions=10",
      road.urlOf(),
    ]);
    transactions += Number(/actually processed: (\d+)\/30/.exec(output)?.[1]);
  }
  return transactions;
}

/** A client that never falls quiet, to the end of its session. */
async function fromTransactionToTransaction(url: string): Promise<{ transactions: number; error: ToldError }> {
  const { client } = await connectWatched(url);
  for (let transactions = 0; ; transactions += 1) {
    const answered = client.query("BEGIN; SELECT 1; COMMIT");
    const isOver = await answered.then(
      () => false,
      () => true,
    );
    if (isOver) return { transactions, error: await failureOf(answered) };
  }
}

async function restarted(part: Part | undefined, start: () => Promise<Part>): Promise<Part> {
  if (part === undefined) throw new Error("it was never started");
  process.kill(part.pid, "SIGTERM");
  await part.exited;
  return await start();
}
