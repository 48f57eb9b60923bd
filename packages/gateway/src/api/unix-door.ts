import type { Server } from "node:http";
import { chmod, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";

/** sun_path, less its NUL; the shortest of the systems we run on. */
const MAX_PATH_BYTES = 103;

/**
 * Listens on a socket that only the gateway's own user can open. It is made in a folder that nobody else can enter, so that
 * it is never open to others, and then moved to its place, over one that a dead gateway left behind. Resolves to what takes it away.
 */
export async function listenOnSocket(server: Server, path: string): Promise<() => Promise<void>> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hidden = await mkdtemp(join(folder, ".s"));
  try {
    const made = join(hidden, "s");
    const tooLong = [path, made].find((each) => Buffer.byteLength(each) > MAX_PATH_BYTES);
    if (tooLong !== undefined) throw cannotListen(path, `a socket's path has at most ${MAX_PATH_BYTES} bytes`);
    await listen(server, made, path);
    await chmod(made, 0o600);
    await assertReplaceable(path);
    await rename(made, path);
  } finally {
    await rm(hidden, { recursive: true, force: true });
  }
  const { ino } = await stat(path);
  return async () => {
    // another gateway may have taken the place over
    const there = await stat(path).catch(() => undefined);
    if (there?.ino === ino) await rm(path, { force: true });
  };
}

/** What is no socket was put there by somebody for something else. */
async function assertReplaceable(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && !there.isSocket()) throw cannotListen(path, "something else lies there");
}

function listen(server: Server, made: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = ({ message }: Error): void => reject(cannotListen(path, message));
    server.once("error", fail);
    server.listen(made, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function cannotListen(path: string, reason: string): GatewayError {
  return new GatewayError("internal/unexpected", `the API cannot listen on ${basename(path)}: ${reason}`);
}
