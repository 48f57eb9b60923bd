import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { nodeFlags } from "@sallyport/cli/node-flags";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { askApi, type Answered } from "../support/ask-api.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";
import { everything, GROUP } from "../support/protocol-road.ts";
import type { Running } from "../support/sallyport.ts";
import { until } from "../support/until.ts";
import { connectWatched, type WatchedClient } from "../support/watched-client.ts";

const WORKERS = 3;
/** On a machine that runs other tests too. */
const TEST_MS = 180_000;

const logLine = z.object({
  event: z.string(),
  pid: z.number().optional(),
  worker: z.number().optional(),
  version: z.string().optional(),
});
const sessionList = z.array(z.object({ id: z.string(), replica: z.string(), endCode: z.string().optional() }));
const replicaRows = z.object({ items: sessionList });

/** A client, and the replica that serves it. */
interface Served extends WatchedClient {
  readonly session: string;
  readonly replica: string;
}

let plane: ControlPlane;
let gateway: Running;
/** Where the gateway makes what is temporary. */
let temporary: string;
let opened: AsyncDisposableStack;

beforeAll(async () => {
  plane = await prepareControlPlane();
}, TEST_MS);
beforeEach(() => {
  opened = new AsyncDisposableStack();
});
afterEach(() => opened.disposeAsync(), TEST_MS);
afterAll(() => plane[Symbol.asyncDispose]());

function start(): Running {
  const { folder, server } = plane;
  const local = ["--local-agent", GROUP, "--allow", `${server.host}:${server.port}`];
  const config = ["--config", join(folder, "gateway.yaml")];
  temporary = mkdtempSync(join(folder, "temporary-"));
  const environment = { TMPDIR: temporary };
  const running = plane.start(["gateway", ...config, "--workers", String(WORKERS), ...local], { environment });
  opened.defer(async () => {
    running.child.kill("SIGKILL");
    await running.result;
  });
  return running;
}

async function startReady(): Promise<void> {
  gateway = start();
  await untilLogged("workers.started");
  expect({ code: gateway.child.exitCode, errors: gateway.errors() }).toEqual({ code: null, errors: "" });
  await apply();
}

async function apply(): Promise<void> {
  const applied = await plane.run(["apply", "-f", plane.documents, "--yes"], { environment: plane.local });
  expect(applied).toMatchObject({ code: 0, errors: "" });
}

/** Changes documents, and waits until every worker has read that, and with it whatever was changed before. */
async function applyOneMore(): Promise<void> {
  const known = new Set(eventsOf("documents.read").map(({ version }) => version));
  await plane.writeDocument("more", { ...everything, policy: "more" });
  await apply();
  const readers = () =>
    eventsOf("documents.read").flatMap(({ version, worker }) => (known.has(version) ? [] : (worker ?? [])));
  await untilOutput(() => new Set(readers()).size === WORKERS);
}

function eventsOf(event: string): readonly z.infer<typeof logLine>[] {
  const lines = gateway.output().split("\n").slice(0, -1);
  return lines.map((line) => logLine.parse(JSON.parse(line))).filter((line) => line.event === event);
}

/** Reads on until an event was logged so many times, or the gateway has ended. */
function untilLogged(event: string, times = 1): Promise<void> {
  return untilOutput(() => eventsOf(event).length >= times);
}

async function untilOutput(holds: () => boolean): Promise<void> {
  const { stdout } = gateway.child;
  if (stdout === null) throw new Error("its output is not read");
  while (!holds() && gateway.child.exitCode === null) await Promise.race([once(stdout, "data"), gateway.result]);
}

function relayFolders(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith("sallyport-relays-"));
}

function pidsOf(event: string): readonly number[] {
  return eventsOf(event).flatMap(({ pid }) => pid ?? []);
}

/** Of a process that is gone, or only waits to be reaped, there is none. */
function isRunning(pid: number): boolean {
  return commandLine(pid).length > 0;
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

function asAdmin(path: string): Promise<Answered> {
  const socket = join(plane.folder, "state", "api.sock");
  return askApi({ port: plane.ports.api, socket, ca: "" }, path, { local: true });
}

interface Count {
  readonly worker: string | undefined;
  readonly count: number;
}

/** What each worker counts of something. */
async function countsOf(metric: string): Promise<readonly Count[]> {
  const { text } = await asAdmin("/metrics");
  const samples = text.matchAll(new RegExp(`^${metric}\\{.*worker="(\\d+)"\\} (\\d+)$`, "gm"));
  return [...samples].map(([, worker, count]) => ({ worker, count: Number(count) }));
}

function sumOf(counts: readonly Count[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

async function openSessions() {
  return replicaRows.parse((await asAdmin("/v1/sessions?open=true&limit=100")).body).items;
}

async function ticketUrl(): Promise<string> {
  const subject = ["--as", "alice", "--kind", "human", "--group", "engineers"];
  const asked = await plane.run(["connect", "shop", ...subject], {
    environment: plane.local,
  });
  expect(asked.code).toBe(0);
  return asked.output.trim();
}

async function connect(url: string): Promise<Served> {
  const before = new Set((await openSessions()).map(({ id }) => id));
  const client = opened.use(await connectWatched(url));
  let noted: z.infer<typeof sessionList> = [];
  // it is noted behind its login
  await until(async () => (noted = (await openSessions()).filter(({ id }) => !before.has(id))).length > 0);
  const [{ id, replica } = { id: "", replica: "" }] = noted;
  return { ...client, session: id, replica, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** Connects until so many replicas have served one. */
async function connectToAll(url: string): Promise<readonly Served[]> {
  const clients: Served[] = [];
  while (new Set(clients.map(({ replica }) => replica)).size < WORKERS) clients.push(await connect(url));
  return clients;
}

describe("sallyport gateway --workers", () => {
  it(
    "is several replicas on the same ports, of which one that is killed takes only its own sessions with it",
    async () => {
      await startReady();
      const pids = pidsOf("gateway.started");
      expect(pids).toHaveLength(WORKERS);
      for (const pid of pids) expect(commandLine(pid)).toEqual(expect.arrayContaining([...nodeFlags]));
      const url = await ticketUrl();
      await applyOneMore();
      const clients = await connectToAll(url);

      // whoever is asked tells of all: their metrics, and what was recorded by any
      const counts = await countsOf("sallyport_sessions");
      expect(counts.map(({ worker }) => worker)).toEqual(["1", "2", "3"]);
      expect(sumOf(counts)).toBe(clients.length);
      for (const { session } of clients) {
        const recording = await asAdmin(`/v1/sessions/${session}/events?follow=false`);
        expect(recording).toMatchObject({ status: 200 });
        expect(recording.text).toContain("pg_backend_pid");
      }

      const [victim = 0] = pids;
      process.kill(victim, "SIGKILL");
      const lost = await Promise.race(clients.map(({ ended, replica }) => ended.then(() => replica)));
      for (const { client, ended, replica } of clients) {
        if (replica === lost) await ended;
        else await client.query("SELECT 1");
      }
      await untilLogged("worker.started", WORKERS + 1);
      expect(eventsOf("worker.lost")).toMatchObject([{ pid: victim }]);
      const again = await connectToAll(url);
      expect(again.map(({ replica }) => replica)).not.toContain(lost);
      // those that the killed one has left open are closed for it
      await until(async () => (await openSessions()).every(({ replica }) => replica !== lost));

      // an agent dials one port, and is taken by one of them
      const agent = await plane.startAgent();
      opened.defer(() => agent.stop());
      await until(async () => sumOf(await countsOf("sallyport_tunnels")) === WORKERS + 1);

      const processes = [...pidsOf("gateway.started"), ...pidsOf("state-database.started"), gateway.child.pid ?? 0];
      expect(processes.filter(isRunning)).toHaveLength(WORKERS + 2);
      gateway.child.kill("SIGTERM");
      for (const { ended } of again) expect(await ended).toMatchObject({ code: "57P01" });
      expect(await gateway.result).toMatchObject({ code: 0, errors: "" });
      expect(processes.filter(isRunning)).toEqual([]);
      expect(existsSync(join(plane.folder, "state", "api.sock"))).toBe(false);
    },
    TEST_MS,
  );

  it(
    "leaves nothing behind when the process that started the workers is killed",
    async () => {
      await startReady();
      expect(relayFolders()).toHaveLength(1);
      const processes = [...pidsOf("gateway.started"), ...pidsOf("state-database.started")];
      gateway.child.kill("SIGKILL");
      await until(() => !processes.some(isRunning));
      expect(relayFolders()).toEqual([]);
    },
    TEST_MS,
  );

  it(
    "ends with what keeps a worker from starting",
    async () => {
      const holder = createServer().listen(plane.ports.clients, "127.0.0.1");
      opened.defer(() => void holder.close());
      gateway = start();
      const { code, errors } = await gateway.result;
      expect(code).toBe(1);
      expect(errors).toContain("the port is taken");
      expect(errors).toContain("Worker 1 ended while it was starting");
      expect(pidsOf("state-database.started").filter(isRunning)).toEqual([]);
    },
    TEST_MS,
  );
});
