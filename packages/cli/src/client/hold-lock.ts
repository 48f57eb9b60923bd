import { setTimeout as delay } from "node:timers/promises";
import { CommandFailure } from "../command-failure.ts";
import { takeFolderLock } from "../servers/folder-lock.ts";

const WAIT_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/** Takes a lock as soon as whoever has it gives it back or is gone. */
export async function holdLock(file: string): Promise<AsyncDisposable> {
  const giveUp = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return { [Symbol.asyncDispose]: await takeFolderLock(file, "Another command") };
    } catch (reason) {
      if (!(reason instanceof CommandFailure)) throw reason;
      if (Date.now() > giveUp)
        throw new CommandFailure(
          "Another sallyport command holds the saved logins and does not finish.",
          `End it, or remove ${file}.`,
          reason,
        );
      await delay(LOOK_AGAIN_MS);
    }
  }
}
