import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { draftOf } from "@sallyport/gateway/store/assemble-snapshot";
import pg from "pg";
import { connectionDocument, startRoad, type Road } from "../support/road.ts";
import { sideOf } from "../support/wire-client.ts";
import { openLanePool, type LanePool } from "./lane.ts";
import { createLeakFinder, type LeakFinder } from "./leak-finder.ts";
import { readSecrets } from "./secrets.ts";

const DATABASE = "evade";
/** What every copy is made of; nobody but its maker ever connects to it, or no copy could be made. */
const TEMPLATE = "evade_template";
const PRINCIPAL = { name: "evader" };
const SCHEMA = join(import.meta.dirname, "postgres.schema.sql");
const POLICY = join(import.meta.dirname, "postgres.policy.yaml");

/** A server with the cases' database, and a gateway that lets one restricted principal to it under the cases' policy. */
export interface EvasionStack extends AsyncDisposable {
  readonly road: Road;
  /** The restricted principal's, through the gateway. */
  readonly url: string;
  /** The superuser's, past it. */
  readonly directUrl: string;
  readonly lanes: LanePool;
  readonly leaks: LeakFinder;
}

/** Starts all of it, on free ports. */
export async function startEvasionStack(): Promise<EvasionStack> {
  await using opened = new AsyncDisposableStack();
  const road = opened.use(await startRoad({ policies: [] }));
  const { policy, problems } = draftOf([{ name: "evasions.yaml", text: await readFile(POLICY, "utf8") }]);
  for (const { document } of policy) await road.putDocument("evasions", document);
  if (problems.length > 0) throw new Error(`the policy of the cases is refused: ${problems.join(" ")}`);
  const direct = new URL(road.server.url);
  direct.pathname = DATABASE;
  const leaks = await makeDatabases(road.server.url);
  // not every client's library reads a database behind a slash
  await road.putDocument("0.json", { ...(await connectionDocument(road.folder, road.server)), database: DATABASE });
  const urls = { direct: road.server.url, through: await road.urlFor(PRINCIPAL) };
  const lanes = opened.use(
    await openLanePool({
      adminUrl: road.server.url,
      template: TEMPLATE,
      name: DATABASE,
      sideTo: (name, database) => sideOf(name, urls[name], database),
    }),
  );
  const everything = opened.move();
  return {
    road,
    url: urls.through,
    directUrl: direct.href,
    lanes,
    leaks,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function makeDatabases(adminUrl: string): Promise<LeakFinder> {
  await withClient(adminUrl, (client) => client.query(`create database ${TEMPLATE}`));
  const url = new URL(adminUrl);
  url.pathname = TEMPLATE;
  const schema = await readFile(SCHEMA, "utf8");
  const secrets = await withClient(url.href, async (client) => {
    await client.query(schema);
    return readSecrets(client);
  });
  await withClient(adminUrl, (client) => client.query(`create database ${DATABASE} template ${TEMPLATE}`));
  return createLeakFinder(secrets);
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
