import { Agent as PlainAgent, request as requestPlain, type IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { Secret } from "@sallyport/shared/secret";
import type { Delivery } from "./event-sink.ts";

/** From the first byte to the answer's. */
const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_SECONDS = 3_600;

/** Answers that say that these very events will never be taken. Whatever else is wrong may be put right, and they wait for that. */
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

export interface ReceiverOptions {
  /** In which there may be a secret. */
  readonly url: Secret<string>;
  /** PEM of the authority of the receiver's certificate; undefined: those that Node knows. */
  readonly ca: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A server that events are sent to by HTTP: one request at a time, on a connection that is kept, so that what is sent later arrives later. */
export interface Receiver {
  readonly host: string;
  /** Resolves when the answer begins. */
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage>;
  /** What a rejection of `post` comes to. */
  later(reason: unknown, signal: AbortSignal): Delivery;
  close(): void;
}

export function openReceiver({ url, ca, timeoutMs = TIMEOUT_MS }: ReceiverOptions): Receiver {
  const target = new URL(url.reveal());
  const isPlain = target.protocol === "http:";
  const one = { keepAlive: true, maxSockets: 1 } as const;
  // a way out may lead through a proxy
  const agent = isPlain ? new PlainAgent(one) : new Agent({ ...one, ca, proxyEnv: process.env });
  const ask = isPlain ? requestPlain : request;
  return {
    host: target.host,
    post: (body, more, signal) =>
      new Promise((resolve, reject) => {
        const headers = {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "sallyport",
          ...more,
        };
        const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
        const asked = ask(target, { method: "POST", agent, headers, signal: limited }, resolve);
        asked.once("error", reject);
        asked.end(body);
      }),
    later: (reason, signal) => ({ kind: "later", reason: describe(reason, signal, timeoutMs) }),
    close: () => agent.destroy(),
  };
}

/** What became of events by the status of the answer alone. */
export function verdictOf(answer: IncomingMessage): Delivery {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: "taken" };
  const reason = `the receiver answered ${status}`;
  return refusals.has(status) ? { kind: "refused", reason } : { kind: "later", reason, afterMs: retryAfterMs(answer) };
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
