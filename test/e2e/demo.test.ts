import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertPortsFree, demoPorts } from "@sallyport/cli/demo/ports";
import pg from "pg";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { endDemos, freeBase, main, runProgram, startDemo, type RunningDemo } from "../support/demo.ts";
import { until } from "../support/until.ts";

let root: string;
let base: number;
/** alice's at the first start, with her ticket in it. The demos run on one folder, one after another: most of a start is the making of the shop. */
let firstUrl: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-demo-"));
  base = await freeBase();
});
// a test that failed half-way must not make the next one fail
afterEach(endDemos);
afterAll(() => rm(root, { recursive: true, force: true }));

describe("sallyport demo", () => {
  it("works through pg, postgres and psql, refuses what policy refuses, and leaves nothing behind", async () => {
    const demo = await startDemo(join(root, "kept"), base);
    await worksThroughDrivers(demo);
    await worksThroughPsql(demo);
    await refusesTheAgent(demo);
    await letsTokensIn(demo);
    await expect(secondDemoOn(demo)).resolves.toContain("A demo is already running on this folder");
    firstUrl = demo.file.principals.alice.pgUrl;
    demo.process.kill("SIGINT");
    expect(await demo.exited).toEqual({ code: 130, signal: null });
    expect(existsSync(join(demo.state, "demo.json"))).toBe(false);
    expect(processesOf(demo.state)).toEqual([]);
    await assertPortsFree(demoPorts(String(base)));
  });

  it("starts again with the same tickets and edited policies", async () => {
    const second = await startDemo(join(root, "kept"), base);
    expect(second.file.principals.alice.pgUrl).toBe(firstUrl);
    expect(await select(firstUrl, "select count(*)::int as customers from customers")).toEqual([{ customers: 10_000 }]);
    await end(second);
  });

  it("begins anew with --fresh, and leaves no process when it is killed outright", async () => {
    const fresh = await startDemo(join(root, "kept"), base, ["--fresh"]);
    expect(fresh.file.principals.alice.pgUrl).not.toBe(firstUrl);
    fresh.process.kill("SIGKILL");
    await fresh.exited;
    await until(() => processesOf(fresh.state).length === 0);
    await assertPortsFree(demoPorts(String(base)));
  });

  it("is not held up by what was left, and ends with a reason when one of its parts does", async () => {
    const demo = await startDemo(join(root, "kept"), base);
    process.kill(demo.file.pids.agent, "SIGKILL");
    expect(await demo.exited).toEqual({ code: 1, signal: null });
    expect(demo.output()).toContain("The agent ended by itself");
    expect(processesOf(demo.state)).toEqual([]);
  });

  it("names the port that is taken, and the variable that moves it", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(base + 1, "127.0.0.1", listening));
    const failed = await runProgram(process.execPath, [main, "demo", "--state", join(root, "taken")], {
      SALLYPORT_PORT_BASE: String(base),
    });
    other.close();
    expect(failed.code).toBe(1);
    expect(failed.output).toContain(`Port ${base + 1}`);
    expect(failed.output).toContain("SALLYPORT_PORT_BASE");
  });
});

async function worksThroughDrivers({ file, state }: RunningDemo): Promise<void> {
  expect((await stat(join(state, "demo.json"))).mode & 0o777).toBe(0o600);
  for (const { pgUrl } of Object.values(file.principals)) {
    expect(await select(pgUrl, "select name from customers where id = 1")).toEqual([{ name: "Aiko Lopez" }]);
  }
  // this driver takes the authority as an option, not as a file
  const { pathname, username, password, port } = new URL(file.principals.alice.pgUrl);
  const ca = readFileSync(file.gateway.caFile);
  const sql = postgres({
    host: "localhost",
    port: Number(port),
    database: pathname.slice(1),
    username,
    password,
    ssl: { ca },
  });
  expect([...(await sql`select id from orders where id = ${1}`)]).toEqual([{ id: 1 }]);
  await sql.end();
  expect(
    await select(file.servers.pg.url, "select usename from pg_stat_activity where application_name = '' limit 0"),
  ).toEqual([]);
}

async function worksThroughPsql({ file }: RunningDemo): Promise<void> {
  const asked = ["-X", "-At", file.principals.alice.pgUrl, "-c", "select count(*) from customers", "-c", "\\dt"];
  const { code, output } = await runProgram("psql", asked, { PGCHANNELBINDING: "require" });
  expect(output).toMatch(/^10000$/m);
  expect(output).toContain("public|api_keys|table|sallyport");
  expect(code).toBe(0);
}

async function refusesTheAgent({ file }: RunningDemo): Promise<void> {
  const client = new pg.Client({ connectionString: file.principals["chatgpt-agent"].pgUrl });
  await client.connect();
  const refused: unknown = await client.query("drop table payments").catch((reason: unknown) => reason);
  expect(refused).toHaveProperty("code", "42501");
  expect(refused).toHaveProperty("detail", expect.stringContaining("read-only access"));
  // the connection stays usable, and the table is there
  expect((await client.query("select count(*) > 0 as any from payments")).rows).toEqual([{ any: true }]);
  await client.end();
}

async function letsTokensIn({ file }: RunningDemo): Promise<void> {
  const ssl = { ca: readFileSync(file.gateway.caFile) };
  const { host, port } = file.gateway.pg;
  for (const [user, { token }] of Object.entries(file.principals)) {
    const client = new pg.Client({ host, port, user, password: token, database: "shop", ssl });
    await client.connect();
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  }
}

async function secondDemoOn({ state }: RunningDemo): Promise<string> {
  const { output } = await runProgram(process.execPath, [main, "demo", "--state", state], {
    SALLYPORT_PORT_BASE: String(base),
  });
  return output;
}

async function select(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
}

async function end(demo: RunningDemo): Promise<void> {
  demo.process.kill("SIGTERM");
  expect(await demo.exited).toEqual({ code: 143, signal: null });
}

/** Every process whose command line names the folder: each part of a demo does. */
function processesOf(state: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(pid))
    .filter((line) => line.includes(state));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // it has just ended
    return "";
  }
}
