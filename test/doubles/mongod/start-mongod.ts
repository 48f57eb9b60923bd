import { createServer, type Server, type Socket } from "node:net";
import { TLSSocket, createServer as createTlsServer } from "node:tls";
import { Accounts, type Account } from "./login/accounts.ts";
import {
  freshServerState,
  SharedData,
  type ConnectionState,
  type SeenCommand,
  type ServerState,
} from "./server-state.ts";
import { serveConnection } from "./serve-connection.ts";
import { ReplicaSet, type Topology } from "./topology.ts";

const HOST = "127.0.0.1";
/** MongoDB 7.0. */
const WIRE_VERSION = 21;

/** How the double behaves. */
export interface MongodOptions {
  /** Left out: a free one. */
  readonly port?: number;
  /** Who may log in; `database` is `admin` where it is left out. Without any, nobody needs to. */
  readonly users?: readonly (Omit<Account, "database"> & { readonly database?: string })[];
  /** PEM texts. Then only TLS is spoken; with a `clientCa` clients may show a certificate, whose subject logs in by X.509. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
  /** As what it presents itself. */
  readonly as?: "standalone" | "mongos";
  readonly maxWireVersion?: number;
}

/** A permissive MongoDB server in this process, made of `bson` and `mingo`: it refuses much less than the real one. */
export interface Mongod extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The first user's, with the password in it. */
  readonly url: string;
  /** Every command that was received, oldest first. */
  readonly commands: readonly SeenCommand[];
  /** What ended connections that were not ended in order: bytes that are no message, above all. */
  readonly faults: readonly unknown[];
  /** How many cursors are open. */
  readonly openCursors: () => number;
  /** The names of the commands that are being carried out; a hello that waits for news is one of them. */
  readonly operationsInProgress: () => readonly string[];
  /** Ends every connection, as a crash does; the server goes on. */
  dropConnections(): void;
}

/** Several that are one set, with common data. */
export interface MongodSet extends AsyncDisposable {
  readonly name: string;
  readonly members: readonly Mongod[];
  /** A URL that names every member. */
  readonly url: string;
  /** Makes another member the primary. */
  elect(member: number): void;
}

/** Starts one server. */
export async function startMongod(options: MongodOptions = {}): Promise<Mongod> {
  const data = new SharedData(accountsOf(options));
  const listener = await listen(options);
  return serve(listener, freshServerState(data, { kind: options.as ?? "standalone" }, wireVersion(options)), options);
}

/** Starts a replica set; its first member is the primary. */
export async function startMongodSet(
  options: Omit<MongodOptions, "port" | "as"> & { readonly members?: number; readonly name?: string },
): Promise<MongodSet> {
  const name = options.name ?? "rs0";
  const set = new ReplicaSet(name);
  const data = new SharedData(accountsOf(options));
  const listeners = await Promise.all(Array.from({ length: options.members ?? 3 }, () => listen(options)));
  const members = listeners.map((listener) => {
    const topology: Topology = { kind: "replica-set", set, member: set.join(`${HOST}:${portOf(listener)}`) };
    return serve(listener, freshServerState(data, topology, wireVersion(options)), options);
  });
  return {
    name,
    members,
    url: urlOf(options, set.hosts.join(","), `replicaSet=${name}`),
    elect: (member) => set.elect(member),
    [Symbol.asyncDispose]: async () => {
      for (const member of members) await member[Symbol.asyncDispose]();
    },
  };
}

function serve(listener: Server, state: ServerState, options: MongodOptions): Mongod {
  const sockets = new Set<Socket>();
  let connections = 0;
  listener.on(options.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // a client that resets is gone, which `close` says too
    socket.on("error", () => undefined);
    void serveConnection(state, connectionOf(socket, ++connections), socket);
  });
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const port = portOf(listener);
  return {
    host: HOST,
    port,
    url: urlOf(options, `${HOST}:${port}`, "directConnection=true"),
    commands: state.seen,
    faults: state.faults,
    openCursors: () => state.cursors.size,
    operationsInProgress: () => state.operations.all().map(({ command }) => Object.keys(command)[0] ?? ""),
    dropConnections,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      dropConnections();
      await closed;
    },
  };
}

function connectionOf(socket: Socket, id: number): ConnectionState {
  const subject =
    socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate()?.subject : undefined;
  return {
    id,
    remote: `${socket.remoteAddress}:${socket.remotePort}`,
    // RFC 2253 begins with the innermost part
    certificateSubject: subject?.split("\n").toReversed().join(","),
    user: undefined,
    metadata: undefined,
  };
}

async function listen({ tls, port = 0 }: MongodOptions): Promise<Server> {
  const server =
    tls === undefined
      ? createServer()
      : createTlsServer({
          cert: tls.certificate,
          key: tls.key,
          ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false }),
        });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, HOST, listening);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server without a port");
  return address.port;
}

function accountsOf({ users = [] }: MongodOptions): Accounts {
  return new Accounts(users.map((user) => ({ database: "admin", ...user })));
}

function wireVersion({ maxWireVersion = WIRE_VERSION }: MongodOptions): number {
  return maxWireVersion;
}

function urlOf({ users = [], tls }: MongodOptions, hosts: string, query: string): string {
  const [first] = users;
  const login = first === undefined ? "" : `${encodeURIComponent(first.user)}:${encodeURIComponent(first.password)}@`;
  const source = first === undefined ? "" : `&authSource=${encodeURIComponent(first.database ?? "admin")}`;
  return `mongodb://${login}${hosts}/?${query}${source}${tls === undefined ? "" : "&tls=true"}`;
}
