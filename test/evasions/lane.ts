import pg from "pg";
import { WireClient, type Side } from "../support/wire-client.ts";
import { readState, type State } from "./harm.ts";

const LOCK_WAIT = "5s";
/** Policy can decide it only with the database's objects. */
const ASKS_FOR_OBJECTS = "select id from customers";

/** A copy of the cases' database that one case has for itself, and the two ways to it. */
export interface Lane {
  readonly direct: Side;
  readonly through: Side;
  /** The superuser's own connection, past the gateway. */
  readonly admin: pg.Client;
  readonly before: State;
  /** Has asked for what the gateway knows of the database and stays open, so that this need not be read anew for every case. */
  readonly neighbour: WireClient;
}

/** Lends lanes out, one case at a time each; a lane in which something was harmed is not lent again. */
export interface LanePool extends AsyncDisposable {
  /** `use` says whether the lane is as it was. */
  borrow<T>(use: (lane: Lane) => Promise<{ readonly result: T; readonly isUnharmed: boolean }>): Promise<T>;
}

export interface LanePoolOptions {
  readonly adminUrl: string;
  readonly template: string;
  /** What the names of the copies begin with. */
  readonly name: string;
  sideTo(name: Side["name"], database: string): Side;
}

/** As many lanes as are asked for at the same time. */
export async function openLanePool(options: LanePoolOptions): Promise<LanePool> {
  const maker = await connect(options.adminUrl);
  const idle: Lane[] = [];
  let made = 0;
  /** Copies are made one at a time: nobody may be in the template. */
  let making: Promise<unknown> = Promise.resolve();

  async function make(): Promise<Lane> {
    const database = `${options.name}_${++made}`;
    await maker.query(`create database ${database} template ${options.template}`);
    const url = new URL(options.adminUrl);
    url.pathname = database;
    const admin = await connect(url.href);
    const through = options.sideTo("through", database);
    const neighbour = await WireClient.connect(through);
    await neighbour.query(ASKS_FOR_OBJECTS);
    return { direct: options.sideTo("direct", database), through, admin, before: await readState(admin), neighbour };
  }

  return {
    borrow: async (use) => {
      let lane = idle.pop();
      if (lane === undefined) {
        const next = making.then(make);
        making = next.catch(() => undefined);
        lane = await next;
      }
      const { result, isUnharmed } = await use(lane);
      if (isUnharmed) idle.push(lane);
      else await close(lane);
      return result;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...idle.map(close), maker.end()]);
    },
  };
}

/** However it is: what was harmed may have ended the connections. */
async function close({ admin, neighbour }: Lane): Promise<void> {
  await neighbour[Symbol.asyncDispose]();
  await admin.end().catch(() => undefined);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  // what a case did to the server shows in the next query
  client.on("error", () => undefined);
  await client.connect();
  await client.query(`set lock_timeout = '${LOCK_WAIT}'`);
  return client;
}
