import type { Socket } from "node:net";
import { isDocument, numberOf, textOf, type BsonDocument } from "./bson-document.ts";
import { leavesCursorOpen, runCommand } from "./run-command.ts";
import type { ConnectionState, ServerState } from "./server-state.ts";
import { decodeRequest, encodeReply, messageFlags, messagesOf, WireError, type Request } from "./wire-message.ts";

let lastRequestId = 0;

/** Answers a client until it goes away or sends what is no message. Requests are answered one after another, as mongod does. */
export async function serveConnection(server: ServerState, connection: ConnectionState, socket: Socket): Promise<void> {
  const leave = (): void => server.operations.killOf(connection.id);
  socket.once("close", leave);
  try {
    for await (const message of messagesOf(socket)) await answer(server, connection, socket, decodeRequest(message));
  } catch (reason) {
    // BSON that cannot be read is thrown by `bson` itself; a client that is gone is nobody's fault
    if (!(reason instanceof WireError) && !(reason instanceof Error)) throw reason;
  } finally {
    socket.destroy();
  }
}

async function answer(
  server: ServerState,
  connection: ConnectionState,
  socket: Socket,
  request: Request,
): Promise<void> {
  let reply = await runCommand(server, connection, request);
  if ((request.flags & messageFlags.moreToCome) !== 0) return;
  const form = { kind: request.kind, checksum: (request.flags & messageFlags.checksumPresent) !== 0 };
  let responseTo = request.requestId;
  const exhaust = (request.flags & messageFlags.exhaustAllowed) !== 0;
  for (;;) {
    const again = exhaust && !socket.destroyed ? followUp(request, reply) : undefined;
    const requestId = ++lastRequestId;
    socket.write(encodeReply({ ...form, responseTo }, requestId, reply, again !== undefined));
    if (again === undefined) return;
    // each reply of a row answers the one before it
    responseTo = requestId;
    await waitFor(again.afterMs, socket);
    if (socket.destroyed) return;
    reply = await runCommand(server, connection, again.request);
  }
}

/** What an exhausting client would have sent next. */
function followUp(request: Request, reply: BsonDocument): { request: Request; afterMs: number } | undefined {
  if (reply["ok"] === 0) return undefined;
  if (request.name === "getMore") return leavesCursorOpen(reply) ? { request, afterMs: 0 } : undefined;
  if (request.name === "find" || request.name === "aggregate") {
    return leavesCursorOpen(reply) ? { request: getMoreOf(request, reply), afterMs: 0 } : undefined;
  }
  if (!["hello", "isMaster", "ismaster"].includes(request.name)) return undefined;
  return { request, afterMs: numberOf(request.command, "maxAwaitTimeMS") ?? 10_000 };
}

function getMoreOf(request: Request, reply: BsonDocument): Request {
  const cursor = isDocument(reply["cursor"]) ? reply["cursor"] : {};
  const collection = (textOf(cursor, "ns") ?? "").split(".").slice(1).join(".");
  const command = { getMore: cursor["id"], collection, $db: request.database };
  return { ...request, name: "getMore", command, rawDocuments: () => [] };
}

/** Ends early when the client goes away. */
function waitFor(ms: number, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      socket.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    socket.once("close", done);
  });
}
