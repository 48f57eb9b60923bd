import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStateServer, type StateServer } from "./state-server.ts";

/** Where the processes of a test run ask for the one server that they share. */
export const STATE_SERVER_DOOR = "SALLYPORT_TEST_STATE_DOOR";

/** Starts one server for all stores of a test run, once a test asks for one, and ends it with the run. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-door-"));
  let started: Promise<StateServer> | undefined;
  const door = createServer((socket) => {
    socket.on("error", () => undefined);
    started ??= startStateServer();
    started.then(
      ({ url }) => socket.end(url),
      (reason: unknown) => socket.destroy(reason instanceof Error ? reason : undefined),
    );
  });
  const path = join(folder, "door");
  await new Promise<void>((listening, failed) => {
    door.once("error", failed);
    door.listen(path, listening);
  });
  process.env[STATE_SERVER_DOOR] = path;
  return async () => {
    door.close();
    await (await started)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
}
