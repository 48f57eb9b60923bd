import { randomUUID } from "node:crypto";
import { Agent as PlainAgent, request as requestPlain, type IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { Secret } from "@sallyport/shared/secret";
import type { Delivery, EventSink } from "./event-sink.ts";
import { SIGNATURE_HEADER, signEvents } from "./sign-events.ts";

/** From the first byte to the answer's. */
const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_SECONDS = 3_600;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Answers that say that these very events will never be taken. Whatever else is wrong may be put right, and they wait for that. */
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

export interface WebhookOptions {
  readonly url: Secret<string>;
  /** Asked at the start, and again after an attempt that failed: it may have been changed. */
  readonly readSecret: () => Promise<Secret<string>>;
  /** PEM of the authority of the receiver's certificate; undefined: those that Node knows. */
  readonly ca: string | undefined;
  readonly timeoutMs?: number;
}

/** Sends events as a JSON list, signed. One request at a time, on a connection that is kept: what is sent later arrives later. */
export function createWebhookSink({ url, readSecret, ca, timeoutMs = TIMEOUT_MS }: WebhookOptions): EventSink {
  const target = new URL(url.reveal());
  const isPlain = target.protocol === "http:";
  const one = { keepAlive: true, maxSockets: 1 } as const;
  // a way out may lead through a proxy
  const agent = isPlain ? new PlainAgent(one) : new Agent({ ...one, ca, proxyEnv: process.env });
  let secret: Secret<string> | undefined;
  /** A receiver that has the batch already, and whose answer was lost, knows it again by this. */
  let delivery = randomUUID();

  async function send(body: string, signal: AbortSignal): Promise<Delivery> {
    secret ??= await readSecret();
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "sallyport",
      "sallyport-delivery": delivery,
      [SIGNATURE_HEADER]: signEvents(body, secret),
    };
    const ask = isPlain ? requestPlain : request;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const asked = ask(target, { method: "POST", agent, headers, signal: limited }, resolve);
      asked.once("error", reject);
      asked.end(body);
    });
    return verdict(answer);
  }

  return {
    kind: "webhook",
    place: target.host,
    async deliver(events, signal) {
      const outcome = await send(`[${events.join(",")}]`, signal).catch((reason: unknown): Delivery => ({
        kind: "later",
        reason: describe(reason, signal, timeoutMs),
      }));
      if (outcome.kind === "later") secret = undefined;
      else delivery = randomUUID();
      return outcome;
    },
    close: async () => agent.destroy(),
  };
}

/** By the status alone: what else an answer says is not read. */
function verdict(answer: IncomingMessage): Delivery {
  const status = answer.statusCode ?? 0;
  // read to its end so that the connection can be used again; one that goes on and on is cut
  answer.once("error", () => undefined);
  if (Number(answer.headers["content-length"] ?? 0) > MAX_ANSWER_BYTES) answer.destroy();
  else drain(answer);
  if (status >= 200 && status < 300) return { kind: "taken" };
  const reason = `the receiver answered ${status}`;
  return refusals.has(status) ? { kind: "refused", reason } : { kind: "later", reason, afterMs: retryAfterMs(answer) };
}

function drain(answer: IncomingMessage): void {
  let bytes = 0;
  answer.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) answer.destroy();
  });
}

function retryAfterMs(answer: IncomingMessage): number | undefined {
  const seconds = Number(answer.headers["retry-after"]);
  return seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1_000 : undefined;
}

/** By its code: the message of a failed request may quote the URL, in which there may be a secret. */
function describe(reason: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return "the gateway ends";
  const code = reason instanceof Error && "code" in reason ? String(reason.code) : "unknown";
  return code === "ABORT_ERR" ? `no answer within ${timeoutMs} ms` : `it cannot be reached (${code})`;
}
