import type { IncomingMessage } from "node:http";
import type { Secret } from "@sallyport/shared/secret";
import { z } from "zod";
import type { Delivery, EventSink } from "./event-sink.ts";
import { otlpLogs } from "./otlp-logs.ts";
import { openReceiver, verdictOf, type ReceiverOptions } from "./receiver.ts";

const MAX_ANSWER_BYTES = 64 * 1024;

/** What a collector answers that took some of the records, or all with a remark. */
const partialAnswer = z.object({
  partialSuccess: z.object({ rejectedLogRecords: z.coerce.number().default(0) }).optional(),
});

export interface OtlpOptions extends ReceiverOptions {
  /** Of the header Authorization, where there is one. Asked at the start, and again after an attempt that failed. */
  readonly readAuthorization?: (() => Promise<Secret<string>>) | undefined;
}

/** Sends events to an OpenTelemetry collector, as log records by OTLP over HTTP in JSON. */
export function createOtlpSink({ readAuthorization, ...options }: OtlpOptions): EventSink {
  const receiver = openReceiver(options);
  let authorization: Secret<string> | undefined;

  async function send(events: readonly string[], signal: AbortSignal): Promise<Delivery> {
    authorization ??= await readAuthorization?.();
    const headers = authorization === undefined ? {} : { authorization: authorization.reveal() };
    const answer = await receiver.post(otlpLogs(events, Date.now()), headers, signal);
    const text = await textOf(answer);
    const verdict = verdictOf(answer);
    const rejected = verdict.kind === "taken" ? rejectedIn(text) : 0;
    // those that were taken must not come twice, and the others will never be taken
    return rejected === 0 ? verdict : { kind: "taken", rejected: Math.min(rejected, events.length) };
  }

  return {
    kind: "otlp",
    place: receiver.host,
    async deliver(events, signal) {
      const outcome = await send(events, signal).catch((reason: unknown) => receiver.later(reason, signal));
      if (outcome.kind === "later") authorization = undefined;
      return outcome;
    },
    close: async () => receiver.close(),
  };
}

/** To its end, so that the connection can be used again; of one that goes on and on, or breaks off, the status is all that counts. */
function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) answer.destroy();
    else chunks.push(chunk);
  });
  answer.once("error", () => undefined);
  return new Promise((resolve) => answer.once("close", () => resolve(Buffer.concat(chunks).toString())));
}

function rejectedIn(text: string): number {
  const read = partialAnswer.safeParse(parsed(text));
  return read.success ? (read.data.partialSuccess?.rejectedLogRecords ?? 0) : 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
