import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStateServer, type StateServer } from "./state-server.ts";

/** Where the processes of a test run ask for a database of the one server that they share. */
export const STATE_SERVER_DOOR = "SALLYPORT_TEST_STATE_DOOR";

/** Starts one server for all stores of a test run, once a test asks for one, and ends it with the run. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-door-"));
  let started: Promise<StateServer> | undefined;
  let isOver = false;

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

  const door = createServer((socket) => {
    serve(socket).catch((reason: unknown) => {
      // the last ones are given back to a server that is ending
      if (!isOver) console.error(reason);
      socket.destroy();
    });
  });
  const path = join(folder, "door");
  door.listen(path);
  await once(door, "listening");
  process.env[STATE_SERVER_DOOR] = path;
  return async () => {
    isOver = true;
    door.close();
    await (await started)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}
