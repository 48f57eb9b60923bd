import pg from "pg";
import { startRoad, type Road, type RoadOptions } from "./road.ts";
import { sideOf, type Side } from "./wire-client.ts";

const DATABASE = "arena";
const TEMPLATE = "arena_template";

/** The same thing on both sides. */
export interface Both<T> {
  readonly direct: T;
  readonly through: T;
}

/** A server that is reached directly and through the gateway, with databases that look the same to both. */
export interface Arena extends AsyncDisposable {
  readonly road: Road;
  /** Two databases, one for each side, made as the template is. */
  openSides(): Promise<Both<Side>>;
  /** Runs the same on both sides, one after the other, each on a fresh database of one name. */
  onOneName<T>(run: (side: Side) => Promise<T>): Promise<Both<T>>;
}

/** `template` is the SQL that makes the database. */
export async function startArena(template = "", options: RoadOptions = {}): Promise<Arena> {
  await using opened = new AsyncDisposableStack();
  const road = opened.use(await startRoad(options));
  const admin = await connected(road.server.url, opened);
  await admin.query(`create database ${TEMPLATE}`);
  await fill(road.server.url, template);
  const urls = { direct: road.server.url, through: await road.urlFor({ name: "arena" }) };
  const side = (name: Side["name"], database: string): Side => sideOf(name, urls[name], database);
  let databases = 0;
  const openSide = async (name: Side["name"]): Promise<Side> => {
    const database = `${DATABASE}_${++databases}`;
    await admin.query(`create database ${database} template ${TEMPLATE}`);
    return side(name, database);
  };
  const onFresh = async <T>(name: Side["name"], run: (side: Side) => Promise<T>): Promise<T> => {
    await admin.query(`create database ${DATABASE} template ${TEMPLATE}`);
    try {
      return await run(side(name, DATABASE));
    } finally {
      await admin.query(`drop database ${DATABASE} with (force)`);
    }
  };
  const everything = opened.move();
  return {
    road,
    openSides: async () => ({ direct: await openSide("direct"), through: await openSide("through") }),
    onOneName: async (run) => ({ direct: await onFresh("direct", run), through: await onFresh("through", run) }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function connected(url: string, opened: AsyncDisposableStack): Promise<pg.Client> {
  const client = new pg.Client(url);
  // A server that crashes is for the test to notice.
  client.on("error", () => undefined);
  await client.connect();
  opened.defer(() => client.end());
  return client;
}

async function fill(url: string, sql: string): Promise<void> {
  const template = new URL(url);
  template.pathname = TEMPLATE;
  const client = new pg.Client(template.href);
  await client.connect();
  await client.query(sql);
  await client.end();
}
