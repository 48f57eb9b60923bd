import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStateServer, type StateServer } from "./state-server.ts";

/** Where the processes of a test run ask for a database of the one server that they share. */
export const STATE_SERVER_DOOR = "SALLYPORT_TEST_STATE_DOOR";

let folder: string;
let door: Server;
let started: Promise<StateServer> | undefined;
let isOver = false;

/** Before a test run: one server for all its stores is started once a test asks for one. */
export async function setup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "sallyport-door-"));
  door = createServer((socket) => {
    serve(socket).catch((reason: unknown) => {
      // the last ones are given back to a server that is ending
      if (!isOver) process.stderr.write(`the stores' server: ${String(reason)}\n`);
      socket.destroy();
    });
  });
  const path = join(folder, "door");
  door.listen(path);
  await once(door, "listening");
  process.env[STATE_SERVER_DOOR] = path;
}

/** After it. */
export async function teardown(): Promise<void> {
  isOver = true;
  door.close();
  await (await started)?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}

/** A database is lent for as long as whoever asked for it lives and keeps the connection. */
async function serve(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  const ended = once(socket, "close");
  socket.resume();
  started ??= startStateServer();
  const database = await (await started).lend();
  socket.write(`${database.url}\n`);
  await ended;
  await database.giveBack();
}
