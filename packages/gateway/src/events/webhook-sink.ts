import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Secret } from "@sallyport/shared/secret";
import type { Delivery, EventSink } from "./event-sink.ts";
import { openReceiver, verdictOf, type ReceiverOptions } from "./receiver.ts";
import { SIGNATURE_HEADER, signEvents } from "./sign-events.ts";

const MAX_ANSWER_BYTES = 64 * 1024;

export interface WebhookOptions extends ReceiverOptions {
  /** Asked at the start, and again after an attempt that failed: it may have been changed. */
  readonly readSecret: () => Promise<Secret<string>>;
}

/** Sends events as a JSON list, signed. */
export function createWebhookSink({ readSecret, ...options }: WebhookOptions): EventSink {
  const receiver = openReceiver(options);
  let secret: Secret<string> | undefined;
  /** A receiver that has the batch already, and whose answer was lost, knows it again by this. */
  let delivery = randomUUID();

  async function send(body: string, signal: AbortSignal): Promise<Delivery> {
    secret ??= await readSecret();
    const headers = { "sallyport-delivery": delivery, [SIGNATURE_HEADER]: signEvents(body, secret) };
    const answer = await receiver.post(body, headers, signal);
    drain(answer);
    return verdictOf(answer);
  }

  return {
    kind: "webhook",
    place: receiver.host,
    async deliver(events, signal) {
      const outcome = await send(`[${events.join(",")}]`, signal).catch((reason: unknown) =>
        receiver.later(reason, signal),
      );
      if (outcome.kind === "later") secret = undefined;
      else delivery = randomUUID();
      return outcome;
    },
    close: async () => receiver.close(),
  };
}

/** What an answer says beside its status is not looked at. It is read to its end so that the connection can be used again; one that goes on and on is cut. */
function drain(answer: IncomingMessage): void {
  answer.once("error", () => undefined);
  if (Number(answer.headers["content-length"] ?? 0) > MAX_ANSWER_BYTES) answer.destroy();
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) answer.destroy();
  });
}
