import { Double } from "bson";
import { documentOf, isDocument, numberOf, textOf, type BsonDocument } from "./bson-document.ts";
import { commandTable, type CommandEntry } from "./command-table.ts";
import { asMongodError, MongodError } from "./mongod-error.ts";
import type { Operation } from "./operations.ts";
import { type CommandContext, type ConnectionState, type ServerState } from "./server-state.ts";
import { isWritable, topologyVersion } from "./topology.ts";
import type { Request } from "./wire-message.ts";

/** Carries out one command from beginning to end; whatever goes wrong is a reply. */
export async function runCommand(
  server: ServerState,
  connection: ConnectionState,
  request: Request,
): Promise<BsonDocument> {
  const { command, database, name } = request;
  const { user } = connection;
  const owner = user === undefined ? undefined : `${user.db}.${user.user}`;
  server.seen.push({ connectionId: connection.id, user: user?.user, database, name, command, flags: request.flags });
  const operation = server.operations.begin({
    connectionId: connection.id,
    client: connection.remote,
    metadata: connection.metadata,
    user: owner,
    database,
    command,
  });
  const deadline = deadlineOf(operation);
  try {
    const entry = entryFor(server, connection, request);
    const kept = entry.writes === true ? server.data.transactions.replyOf(command) : undefined;
    if (kept !== undefined) return kept;
    const store = server.data.transactions.storeFor(command, server.data.store);
    const context = { server, connection, request, database, command, store, operation };
    const reply = { ...(await carryOut(context, entry)), ok: new Double(1) };
    if (entry.writes === true) server.data.transactions.keepReply(command, reply);
    return reply;
  } catch (reason) {
    return asMongodError(reason).reply;
  } finally {
    clearTimeout(deadline);
    server.operations.end(operation);
  }
}

/** Ends what takes longer than its client lets it; to a getMore the time says how long to wait for news. */
function deadlineOf(operation: Operation): NodeJS.Timeout | undefined {
  const { command } = operation;
  const ms = "getMore" in command ? 0 : (numberOf(command, "maxTimeMS") ?? 0);
  return ms > 0
    ? setTimeout(() => operation.kill(new MongodError(50, "operation exceeded time limit")), ms)
    : undefined;
}

/** What was written outside of a transaction is told to change streams. */
async function carryOut(context: CommandContext, entry: CommandEntry): Promise<BsonDocument> {
  const { server, store } = context;
  if (store !== server.data.store) return entry.run(context);
  const before = store.snapshot();
  const reply = await entry.run(context);
  if (entry.writes === true) {
    for (const namespace of store.differences(before)) server.data.changes.append(namespace, before, store);
  }
  return reply;
}

function entryFor(
  server: ServerState,
  connection: ConnectionState,
  { name, command, database }: Request,
): CommandEntry {
  const entry = Object.hasOwn(commandTable, name) ? commandTable[name] : undefined;
  if (entry === undefined) throw new MongodError(59, `no such command: '${name}'`);
  if (entry.open !== true && connection.user === undefined && !server.data.accounts.isEmpty) {
    throw new MongodError(13, `Command ${name} requires authentication`);
  }
  if (database === "") throw new MongodError(40414, "OP_MSG requests require a $db argument");
  if (!isWritable(server.topology)) {
    if (entry.writes === true) throw notPrimary(server, command);
    const preference = textOf(documentOf(command, "$readPreference"), "mode") ?? "primary";
    if (entry.reads === true && preference === "primary") {
      throw new MongodError(13435, "not primary and secondaryOk=false");
    }
  }
  return entry;
}

/** Drivers take from it that they must look for the primary, and that they may send a retryable write again. */
function notPrimary({ topology, processId }: ServerState, command: BsonDocument): MongodError {
  return new MongodError(10107, "not primary", {
    topologyVersion: topologyVersion(topology, processId),
    ...("txnNumber" in command ? { errorLabels: ["RetryableWriteError"] } : {}),
  });
}

/** Whether a reply leaves a cursor open. */
export function leavesCursorOpen({ cursor }: BsonDocument): boolean {
  return isDocument(cursor) && cursor["id"] !== 0n;
}
