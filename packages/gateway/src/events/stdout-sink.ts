import { write } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { EventSink } from "./event-sink.ts";
import { PartWriter } from "./part-writer.ts";

const FULL_WAIT_MS = 20;

/** Writes events among the lines of the log. Not synchronously as those are: whoever reads too slowly holds up events, and no session. */
export function createStdoutSink(descriptor: number = process.stdout.fd): EventSink {
  const part = new PartWriter();
  let next = 0;
  return {
    kind: "stdout",
    place: "stdout",
    async deliver(events, signal) {
      // each in a write of its own, which nothing gets into the middle of as long as there is room
      for (; next < events.length; next += 1) {
        const line = Buffer.from(`${events[next] ?? ""}\n`, "utf8");
        await part.write(line, (rest) => writeSome(descriptor, rest, signal));
      }
      next = 0;
      return { kind: "taken" };
    },
    close: async () => undefined,
  };
}

async function writeSome(descriptor: number, bytes: Buffer, signal: AbortSignal): Promise<number> {
  for (;;) {
    const written = await writeOnce(descriptor, bytes);
    if (written !== undefined) return written;
    await delay(FULL_WAIT_MS, undefined, { signal });
  }
}

/** Undefined where there is no room at the moment. */
function writeOnce(descriptor: number, bytes: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === "EAGAIN") resolve(undefined);
      else reject(new Error(`standard output cannot be written to (${error.code ?? "unknown"})`));
    });
  });
}
