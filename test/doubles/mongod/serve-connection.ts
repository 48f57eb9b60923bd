import type { Socket } from "node:net";
import { isDocument, textOf, type BsonDocument } from "./bson-document.ts";
import { leavesCursorOpen, runCommand } from "./run-command.ts";
import type { ConnectionState, ServerState } from "./server-state.ts";
import { decodeRequest, encodeReply, messageFlags, messagesOf, type Request } from "./wire-message.ts";

let lastRequestId = 0;

/** Answers a client until it goes away or sends what is no message. Requests are answered one after another, as mongod does. */
export async function serveConnection(server: ServerState, connection: ConnectionState, socket: Socket): Promise<void> {
  const leave = (): void => server.operations.killOf(connection.id);
  socket.once("close", leave);
  try {
    for await (const message of messagesOf(socket)) await answer(server, connection, socket, decodeRequest(message));
  } catch (reason) {
    // bytes that are no message, or the socket's own error
    server.faults.push(reason);
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
    reply = await runCommand(server, connection, again);
    if (socket.destroyed) return;
  }
}

/** What an exhausting client would have sent next; its hello waits by itself until there is something to tell. */
function followUp(request: Request, reply: BsonDocument): Request | undefined {
  if (reply["ok"] === 0) return undefined;
  if (request.name === "hello" || request.name === "isMaster" || request.name === "ismaster") {
    return { ...request, command: { ...request.command, topologyVersion: reply["topologyVersion"] } };
  }
  if (!leavesCursorOpen(reply)) return undefined;
  return request.name === "getMore" ? request : getMoreOf(request, reply);
}

function getMoreOf(request: Request, reply: BsonDocument): Request {
  const cursor = isDocument(reply["cursor"]) ? reply["cursor"] : {};
  const collection = (textOf(cursor, "ns") ?? "").split(".").slice(1).join(".");
  const command = { getMore: cursor["id"], collection, $db: request.database };
  return { ...request, name: "getMore", command, rawDocuments: () => [] };
}
