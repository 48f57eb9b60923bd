import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import type { Target } from "./target.ts";
import { unreachable } from "./unreachable.ts";

/** A request as it goes over the wire. */
export interface ApiRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body has not been read. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly stream: IncomingMessage;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;

/** Sends a request to a gateway. Throws where no answer comes, with what to do about it. */
export async function sendRequest(target: Target, request: ApiRequest): Promise<ApiAnswer> {
  try {
    return await send(target, request);
  } catch (reason) {
    throw unreachable(reason, target);
  }
}

function send(target: Target, { method, path, token, body, signal }: ApiRequest): Promise<ApiAnswer> {
  const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const options: RequestOptions = {
    method,
    path,
    agent: false,
    ...(signal === undefined ? {} : { signal }),
    headers: {
      accept: "application/json",
      "user-agent": "sallyport",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { "content-type": "application/json", "content-length": text.length }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent =
      target.kind === "socket"
        ? requestHttp({ ...options, socketPath: target.path })
        : requestHttps({
            ...options,
            host: target.url.hostname.replace(/^\[|\]$/g, ""),
            port: target.url.port === "" ? 443 : target.url.port,
            minVersion: "TLSv1.2",
            ...(target.ca === undefined ? {} : { ca: target.ca.pem }),
          });
    const giveUp = setTimeout(() => sent.destroy(late("connect")), CONNECT_MS);
    sent.once("socket", (socket) => socket.once(target.kind === "socket" ? "connect" : "secureConnect", connected));
    function connected(): void {
      clearTimeout(giveUp);
      sent.setTimeout(ANSWER_MS, () => sent.destroy(late("answer")));
    }
    sent.once("error", (error) => {
      clearTimeout(giveUp);
      reject(error);
    });
    sent.once("response", (stream) => {
      clearTimeout(giveUp);
      sent.setTimeout(0);
      resolve({ status: stream.statusCode ?? 0, headers: stream.headers, stream });
    });
    sent.end(text);
  });
}

function late(step: "connect" | "answer"): Error {
  const seconds = (step === "connect" ? CONNECT_MS : ANSWER_MS) / 1000;
  const what = step === "connect" ? "no connection came about" : "no answer came";
  return Object.assign(new Error(`${what} within ${seconds} s`), { code: "ETIMEDOUT" });
}
