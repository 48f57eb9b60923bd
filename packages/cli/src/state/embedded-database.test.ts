import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import { until } from "../../../../test/support/until.ts";
import { startEmbeddedDatabase } from "./embedded-database.ts";

const module = fileURLToPath(new URL("./embedded-database.ts", import.meta.url));
/** A process that has the database until it is killed. */
const owner = `
  import { startEmbeddedDatabase } from ${JSON.stringify(module)};
  const silent = { info() {}, warn() {}, error() {} };
  const database = await startEmbeddedDatabase(process.argv[1], silent);
  console.log(database.url.reveal());
`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-embedded-"));
  // root's server runs as another user, who has to get in where there is no setpriv
  await chmod(root, 0o711);
});
afterAll(() => rm(root, { recursive: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Starts the database from another process. Without a path there is nothing that would end the server with it. */
async function startOwner(folder: string, path: string | undefined) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", owner, folder], {
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: readonly unknown[] = await once(createInterface(child.stdout), "line");
  const [url] = lines;
  if (typeof url !== "string") throw new Error("the owner said nothing");
  return { child, url };
}

/** Of a process that is gone, or only waits to be reaped, there is none. */
function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

async function serverPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, "database", "data", "postmaster.pid"), "utf8")).split("\n")[0]);
}

describe("the gateway's own database", () => {
  it("keeps its data, and lets one process in at a time", async () => {
    const folder = join(root, "kept");
    const first = await startEmbeddedDatabase(folder, memoryLog());
    await query(first.url.reveal(), "create table kept as select 42 as answer");
    await expect(startEmbeddedDatabase(folder, memoryLog())).rejects.toThrow(
      `A gateway is already running on this folder (process ${process.pid})`,
    );
    expect(await query(first.url.reveal(), "show fsync")).toEqual([{ fsync: "on" }]);
    await first[Symbol.asyncDispose]();
    await using second = await startEmbeddedDatabase(folder, memoryLog());
    expect(await query(second.url.reveal(), "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  it.each([
    ["with the server after it", process.env["PATH"]],
    ["and leaves its server behind", join(tmpdir(), "no-programs-here")],
  ])("is there again after its gateway was killed %s", async (_how, path) => {
    const folder = join(root, path === process.env["PATH"] ? "killed" : "orphaned");
    const { child, url } = await startOwner(folder, path);
    await query(url, "create table kept as select 42 as answer");
    await expect(startEmbeddedDatabase(folder, memoryLog())).rejects.toThrow(`(process ${child.pid})`);
    const orphan = await serverPid(folder);
    child.kill("SIGKILL");
    await once(child, "exit");
    await using next = await startEmbeddedDatabase(folder, memoryLog());
    expect(await query(next.url.reveal(), "select answer from kept")).toEqual([{ answer: 42 }]);
    expect(await commandLine(orphan)).not.toContain(folder);
  });

  it("is started again where it was when its server is lost", async () => {
    const folder = join(root, "lost");
    const log = memoryLog();
    await using database = await startEmbeddedDatabase(folder, log);
    const url = database.url.reveal();
    await query(url, "create table kept as select 42 as answer");
    process.kill(await serverPid(folder), "SIGKILL");
    await until(() => log.lines.filter(({ event }) => event === "state-database.started").length === 2);
    expect(await query(url, "select answer from kept")).toEqual([{ answer: 42 }]);
  });
});
