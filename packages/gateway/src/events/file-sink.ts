import { constants } from "node:fs";
import { mkdir, open, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { EventSink } from "./event-sink.ts";
import { PartWriter } from "./part-writer.ts";

// a pipe without a reader would otherwise hold a thread of the pool
const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR | constants.O_NONBLOCK;

/** Appends events to a file. Looks before each batch whether the file is still the one of that name, so that it may be rotated in any way. */
export function createFileSink(path: string): EventSink {
  const part = new PartWriter();
  let file: FileHandle | undefined;
  let isToReopen = false;

  async function current(): Promise<FileHandle> {
    if (file !== undefined && !isToReopen && (await isStillAt(file, path))) return file;
    await file?.close();
    file = undefined;
    isToReopen = false;
    file = await openEnded(path);
    return file;
  }

  return {
    kind: "file",
    place: path,
    async deliver(events) {
      try {
        const bytes = Buffer.from(`${events.join("\n")}\n`, "utf8");
        // where a line was begun it is also ended
        const to = part.isAtStart || file === undefined ? await current() : file;
        await part.write(bytes, async (rest) => (await to.write(rest)).bytesWritten);
        return { kind: "taken" };
      } catch (reason) {
        return { kind: "later", reason: describe(reason) };
      }
    },
    reopen: () => {
      isToReopen = true;
    },
    close: async () => {
      await file?.close();
      file = undefined;
    },
  };
}

async function isStillAt(file: FileHandle, path: string): Promise<boolean> {
  const [held, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  return there !== undefined && held.ino === there.ino && held.dev === there.dev;
}

/** A line that a process before this one was killed in is ended, so that it spoils no other. */
async function openEnded(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, FLAGS, 0o600);
  try {
    const about = await file.stat();
    if (!about.isFile()) throw new Error("it is not a file");
    if (about.size === 0) return file;
    const last = Buffer.alloc(1);
    await file.read(last, 0, 1, about.size - 1);
    if (last.toString("latin1") !== "\n") await file.write("\n");
    return file;
  } catch (reason) {
    await file.close();
    throw reason;
  }
}

function describe(reason: unknown): string {
  const code = reason instanceof Error && "code" in reason ? String(reason.code) : undefined;
  if (code !== undefined) return `the file cannot be written to (${code})`;
  return reason instanceof Error ? reason.message : String(reason);
}
