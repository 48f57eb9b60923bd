import { setTimeout as delay } from "node:timers/promises";
import { documentOf, isDocument, numberOf, type BsonDocument } from "../bson-document.ts";
import { mechanismsOf, speculativeLogin } from "../login/login-commands.ts";
import { MongodError } from "../mongod-error.ts";
import type { Command, ServerState } from "../server-state.ts";
import { helloReply, topologyVersion } from "../topology.ts";

const VERSION = "7.0.14";

/**
 * Says who the server is; the first one of a connection also who the client is. One that knows how things stand waits until they change,
 * or as long as it wants to.
 */
export const hello: Command = async (context) => {
  const { server, connection, request, command, operation } = context;
  await changeOfTopology(server, command, operation.signal);
  if (isDocument(command["client"])) connection.metadata ??= documentOf(command, "client");
  return {
    ...helloReply(server.topology, {
      legacy: request.name !== "hello",
      connectionId: connection.id,
      processId: server.processId,
      maxWireVersion: server.maxWireVersion,
    }),
    ...mechanismsOf(context),
    ...speculativeLogin(context),
  };
};

async function changeOfTopology(
  { topology, processId }: ServerState,
  command: BsonDocument,
  ended: AbortSignal,
): Promise<void> {
  const known = documentOf(command, "topologyVersion");
  const now = topologyVersion(topology, processId);
  const waitMs = numberOf(command, "maxAwaitTimeMS") ?? 0;
  if (
    waitMs === 0 ||
    !processId.equals(String(known["processId"])) ||
    BigInt(String(known["counter"])) !== now["counter"]
  )
    return;
  const signal = AbortSignal.any([ended, AbortSignal.timeout(waitMs)]);
  const change = topology.kind === "replica-set" ? topology.set.elected(signal) : delay(waitMs, undefined, { signal });
  await change.catch(() => ended.throwIfAborted());
}

export const ping: Command = () => ({});

export const buildInfo: Command = () => ({
  version: VERSION,
  gitVersion: "0".repeat(40),
  modules: [],
  allocator: "system",
  javascriptEngine: "mozjs",
  versionArray: [7, 0, 14, 0],
  bits: 64,
  debug: false,
  maxBsonObjectSize: 16_777_216,
  storageEngines: ["wiredTiger"],
});

export const connectionStatus: Command = ({ connection, command }) => ({
  authInfo: {
    authenticatedUsers: connection.user === undefined ? [] : [connection.user],
    authenticatedUserRoles: connection.user === undefined ? [] : [{ role: "root", db: "admin" }],
    ...(command["showPrivileges"] === true ? { authenticatedUserPrivileges: [] } : {}),
  },
});

export const whatsmyuri: Command = ({ connection }) => ({ you: connection.remote });

export const getParameter: Command = ({ command }) => {
  if (command["featureCompatibilityVersion"] !== undefined) return { featureCompatibilityVersion: { version: "7.0" } };
  if (command["getParameter"] === "*") return { featureCompatibilityVersion: { version: "7.0" } };
  throw new MongodError(72, "no option found to get");
};

export const getLog: Command = () => ({ totalLinesWritten: 0, log: [] });

export const hostInfo: Command = () => ({
  system: { hostname: "localhost", cpuAddrSize: 64, numCores: 2 },
  os: { type: "Linux", name: "Debian", version: "12" },
  extra: {},
});

export const serverStatus: Command = ({ server }) => ({
  host: "localhost",
  version: VERSION,
  process: "mongod",
  pid: BigInt(process.pid),
  uptime: process.uptime(),
  connections: { current: 1, available: 1000 },
  metrics: { cursor: { open: { total: BigInt(server.cursors.size) } } },
});

export const getCmdLineOpts: Command = () => ({ argv: ["mongod"], parsed: {} });

export const replSetGetStatus: Command = ({ server }) => {
  const { topology } = server;
  if (topology.kind !== "replica-set") throw new MongodError(76, "not running with --replSet");
  return {
    set: topology.set.name,
    members: topology.set.hosts.map((name, index) => ({
      _id: index,
      name,
      health: 1,
      stateStr: topology.set.isPrimary(index) ? "PRIMARY" : "SECONDARY",
    })),
  };
};

/** For what a client may set or ask, and the double does not mind. */
export const accepted: Command = () => ({});
