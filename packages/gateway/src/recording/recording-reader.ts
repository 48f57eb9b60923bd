import { access, constants, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const CHUNK_BYTES = 64 * 1024;
const LOOK_AGAIN_MS = 250;
const DAY_MS = 24 * 3_600_000;
const LINE_FEED = 0x0a;

/** How a recording is read. */
export interface ReadingOptions {
  /** When its session began, within a day. */
  readonly openedAt: Date;
  /** Asked whenever there is nothing more: whether more may come. Throws to break the reading off. */
  readonly goesOn: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Reads recordings that lie with this replica. */
export interface RecordingReader {
  /** Whole lines of one, as they are written. Undefined: there is none here. */
  read(session: string, options: ReadingOptions): Promise<AsyncGenerator<Buffer> | undefined>;
}

/** Of the folder that `createFileRecorder` writes to. */
export function createRecordingReader(folder: string): RecordingReader {
  return {
    async read(session, options) {
      // it becomes part of a path
      if (!/^[\w-]{1,64}$/.test(session)) return undefined;
      const path = await firstThatIsThere(candidates(folder, session, options.openedAt));
      return path === undefined ? undefined : linesOf(path, options);
    },
  };
}

/** The recording is begun a moment before its session is known, which may have been the day before. */
function candidates(folder: string, session: string, openedAt: Date): readonly string[] {
  return [0, -DAY_MS, DAY_MS].map((shift) => {
    const day = new Date(openedAt.getTime() + shift).toISOString().slice(0, 10);
    return join(folder, day, `${session}.jsonl`);
  });
}

async function firstThatIsThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path;
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/** The file is opened when the first line is asked for, since nobody may ever ask. What follows the last line feed was not written in full, and may never be. */
async function* linesOf(path: string, { goesOn, signal }: ReadingOptions): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    let begun: readonly Buffer[] = [];
    for (let isLastLook = false; !signal.aborted;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      const chunk = buffer.subarray(0, bytesRead);
      const end = chunk.lastIndexOf(LINE_FEED) + 1;
      if (end > 0) {
        yield Buffer.concat([...begun, chunk.subarray(0, end)]);
        begun = [];
      }
      if (end < bytesRead) begun = [...begun, chunk.subarray(end)];
      if (bytesRead > 0) continue;
      if (isLastLook) return;
      // what was written before the session ended is still read
      isLastLook = !(await goesOn());
      if (!isLastLook) await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await file.close();
  }
}
