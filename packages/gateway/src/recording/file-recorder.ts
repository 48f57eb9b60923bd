import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";
import type { RecordedEvent } from "./recorded-event.ts";
import type { Recorder, Recording } from "./recorder.ts";

/** Noted events are written at the latest when this many wait. */
const MAX_NOTED = 64;
const NOTED_DELAY_MS = 200;

/** Records into one file of JSON lines per session, in a folder per day (UTC). */
export function createFileRecorder(folder: string, now: () => Date = () => new Date()): Recorder {
  return {
    open(session) {
      const day = join(folder, now().toISOString().slice(0, 10));
      const file = join(day, `${session}.jsonl`);
      return guarded(file, () => {
        mkdirSync(day, { recursive: true, mode: 0o700 });
        return new FileRecording(file, openSync(file, "ax", 0o600), now);
      });
    },
  };
}

/**
 * Written synchronously: into the page cache a record takes a microsecond or two, where an awaited write takes ten times
 * that, and the statement would have to wait for it. A disk that does not keep up slows the session by itself.
 */
class FileRecording implements Recording {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #now: () => Date;
  #noted: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failure: GatewayError | undefined;

  constructor(file: string, descriptor: number, now: () => Date) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#now = now;
  }

  append(event: RecordedEvent): void {
    this.#noted.push(this.#line(event));
    this.#flush();
  }

  note(event: RecordedEvent): void {
    if (this.#closed) return;
    this.#noted.push(this.#line(event));
    if (this.#noted.length >= MAX_NOTED) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flushLate(), NOTED_DELAY_MS);
  }

  close(event: RecordedEvent): void {
    if (this.#closed) return;
    try {
      this.append(event);
    } finally {
      this.#closed = true;
      closeSync(this.#descriptor);
    }
  }

  #line(event: RecordedEvent): string {
    return `${JSON.stringify({ at: this.#now().toISOString(), ...event })}\n`;
  }

  /** A failure out here has nobody to tell; the next append throws it. */
  #flushLate(): void {
    try {
      this.#flush();
    } catch (error) {
      this.#failure = GatewayError.from(error, "recording/failed");
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new GatewayError("recording/failed", `${this.#file} is closed`);
    const bytes = Buffer.from(this.#noted.join(""), "utf8");
    this.#noted = [];
    try {
      guarded(this.#file, () => writeAll(this.#descriptor, bytes));
    } catch (error) {
      // Half a line may have been written: nothing may follow it.
      this.#failure = GatewayError.from(error, "recording/failed");
      throw this.#failure;
    }
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

function guarded<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("recording/failed", `${file}: ${reason}`, { cause });
  }
}
