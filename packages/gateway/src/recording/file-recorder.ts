import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";
import type { RecordedEvent } from "./recorded-event.ts";
import type { Recorder, Recording } from "./recorder.ts";
import { createTimestamps } from "./timestamps.ts";

/** What waits for a commit is bounded: beyond this it is written at once. */
const MAX_WAITING_CHARACTERS = 1024 * 1024;
/** How long an event may wait that no statement follows. */
const LATE_MS = 200;

/** Records into one file of JSON lines per session, in a folder per day (UTC). */
export function createFileRecorder(folder: string, now: () => Date = () => new Date()): Recorder {
  const timestamp = createTimestamps(now);
  return {
    open(session) {
      const day = join(folder, now().toISOString().slice(0, 10));
      const file = join(day, `${session}.jsonl`);
      return guarded(file, () => {
        mkdirSync(day, { recursive: true, mode: 0o700 });
        return new FileRecording(file, openSync(file, "ax", 0o600), timestamp);
      });
    },
  };
}

/**
 * Written synchronously: into the page cache a record takes a few microseconds, where an awaited write takes several times
 * that, and the statement would have to wait for it. A disk that does not keep up slows the session by itself.
 */
class FileRecording implements Recording {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #timestamp: () => string;
  #waiting = "";
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failure: GatewayError | undefined;

  constructor(file: string, descriptor: number, timestamp: () => string) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#timestamp = timestamp;
  }

  append(event: RecordedEvent): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new GatewayError("recording/failed", `${this.#file} is closed`);
    this.#waiting += `${JSON.stringify({ at: this.#timestamp(), ...event })}\n`;
    if (this.#waiting.length > MAX_WAITING_CHARACTERS) this.commit();
    // The timer is left to run out rather than reset by every commit: it is one timer for many statements.
    else this.#timer ??= setTimeout(() => this.#commitLate(), LATE_MS);
  }

  commit(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting === "") return;
    const bytes = Buffer.from(this.#waiting, "utf8");
    this.#waiting = "";
    try {
      guarded(this.#file, () => writeAll(this.#descriptor, bytes));
    } catch (error) {
      // Half a line may have been written: nothing may follow it.
      this.#failure = GatewayError.from(error, "recording/failed");
      throw this.#failure;
    }
  }

  close(event: RecordedEvent): void {
    if (this.#closed) return;
    try {
      this.append(event);
      this.commit();
    } finally {
      this.#closed = true;
      clearTimeout(this.#timer);
      closeSync(this.#descriptor);
    }
  }

  /** A failure out here has nobody to tell; the next append or commit throws it. */
  #commitLate(): void {
    this.#timer = undefined;
    try {
      this.commit();
    } catch (error) {
      this.#failure = GatewayError.from(error, "recording/failed");
    }
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function guarded<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("recording/failed", `${file}: ${reason}`, { cause });
  }
}
