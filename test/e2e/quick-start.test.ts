import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asLoosePattern, docBlocks } from "../support/doc-blocks.ts";
import { quickStart } from "../support/sallyport.ts";
import { Shell } from "../support/shell.ts";
import { CLUSTER_TEMPLATE } from "../support/state-server.ts";

/** On a machine that runs other tests too. */
const START_MS = 180_000;

/** The ports of the page, which are taken on some machines. */
const USUAL_PORTS = ["5441", "5442", "6432", "7400", "7443"] as const;
const programs = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));
const opened = new AsyncDisposableStack();
const ports = new Map<string, string>();
let shell: Shell;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-quick-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  for (const port of USUAL_PORTS) ports.set(port, String(await freePort()));
  await startShop(join(folder, "eu"), "5441", "eu-secret", ["Anna", "anna@example.eu"]);
  await startShop(join(folder, "us"), "5442", "us-secret", ["Bill", "bill@example.us"]);
  shell = opened.use(
    new Shell(folder, {
      HOME: folder,
      PATH: `${programs}:${process.env["PATH"] ?? ""}`,
      LC_ALL: "C.UTF-8",
      ...quickStart,
    }),
  );
}, START_MS);
afterAll(async () => {
  await opened.disposeAsync();
});

/** One of the servers that the reader brings along. */
async function startShop(folder: string, port: string, password: string, row: readonly string[]): Promise<void> {
  const server: PostgresServer = await startPostgresServer({
    folder,
    template: CLUSTER_TEMPLATE,
    durable: false,
    port: Number(ports.get(port)),
  });
  opened.defer(() => server.stop());
  await query(server.url, `create user app password '${password}'`, "create database shop owner app");
  const shop = new URL(server.url);
  shop.pathname = "shop";
  await query(
    shop.href,
    "create table customers (name text, email text)",
    `insert into customers values ('${row.join("', '")}')`,
    "grant all on customers to app",
    "alter table customers owner to app",
  );
}

async function query(url: string, ...texts: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

const here = (text: string): string =>
  [...ports].reduce((changed, [usual, port]) => changed.replaceAll(usual, port), text);

describe("docs/quick-start.md", () => {
  it("leads from nothing to queries in two networks", { timeout: 300_000 }, async () => {
    const blocks = docBlocks("quick-start.md");
    expect(blocks.length).toBeGreaterThan(10);
    for (const { commands, printed } of blocks) {
      const output = await shell.type(here(commands));
      if (printed !== undefined) expect(output).toMatch(asLoosePattern(here(printed)));
    }
  });
});
