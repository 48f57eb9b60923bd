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
  const shared = await openSharedSocket(path);
  try {
    await listen(server, shared.made, path);
    await shared.settle();
  } catch (reason) {
    await shared.takeAway();
    throw reason;
  }
  return () => shared.takeAway();
}

/** Listens where whoever started this process and others has made a place for it. Resolves to what takes it away, which is not for one of them to do. */
export async function listenTogether(server: Server, made: string): Promise<() => Promise<void>> {
  await listen(server, made, made);
  return async () => undefined;
}

/** The place of a socket on which several processes listen. */
export interface SharedSocket {
  /** Where it is made. */
  readonly made: string;
  /** Has the folder there that it is made in; to be called before anybody listens. */
  prepare(): Promise<void>;
  /** Moves what was made to its place. */
  settle(): Promise<void>;
  takeAway(): Promise<void>;
}

/** Prepares a place; what is made there is for the gateway's own user alone from its first moment. */
export async function openSharedSocket(path: string): Promise<SharedSocket> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hidden = await mkdtemp(join(folder, ".s"));
  const made = join(hidden, "s");
  const tooLong = [path, made].find((each) => Buffer.byteLength(each) > MAX_PATH_BYTES);
  if (tooLong !== undefined) {
    await rm(hidden, { recursive: true, force: true });
    throw cannotListen(path, `a socket's path has at most ${MAX_PATH_BYTES} bytes`);
  }
  let settled: number | undefined;
  return {
    made,
    prepare: async () => void (await mkdir(hidden, { recursive: true, mode: 0o700 })),
    async settle() {
      // already there: those that come later share what the first has made
      if ((await inodeOf(made)) === undefined) return;
      await chmod(made, 0o600);
      await assertReplaceable(path);
      await rename(made, path);
      await rm(hidden, { recursive: true, force: true });
      settled = await inodeOf(path);
    },
    async takeAway() {
      await rm(hidden, { recursive: true, force: true });
      // another gateway may have taken the place over
      if (settled !== undefined && (await inodeOf(path)) === settled) await rm(path, { force: true });
    },
  };
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.ino;
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
