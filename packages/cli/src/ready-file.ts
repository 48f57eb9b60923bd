import { rm, writeFile } from "node:fs/promises";
import { CommandFailure } from "./command-failure.ts";

/** A file whose being there says that a process is ready. */
export interface ReadyFile {
  say(): Promise<void>;
  takeAway(): Promise<void>;
}

/** One that an earlier process has left behind is taken away. Without a path it does nothing. */
export async function openReadyFile(path: string | undefined): Promise<ReadyFile> {
  if (path === undefined) return { say: async () => undefined, takeAway: async () => undefined };
  let isAway = false;
  const takeAway = (): Promise<void> => rm(path, { force: true });
  const write = (): Promise<void> => writeFile(path, `${process.pid}\n`, { mode: 0o644 });
  try {
    // said at once whether it can be, and not when somebody waits for it
    await write();
    await takeAway();
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new CommandFailure(
      `The file for --ready-file cannot be written: ${why}.`,
      "Name one in a folder of its own.",
    );
  }
  return {
    say: async () => {
      if (!isAway) await write().catch(() => undefined);
    },
    takeAway: async () => {
      isAway = true;
      await takeAway();
    },
  };
}
