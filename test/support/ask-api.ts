import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";

/** A request as tests write it. */
export interface Asked {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** By the gateway's own socket. */
  readonly local?: boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, where it is JSON; else undefined. */
  readonly body: Record<string, unknown>;
}

/** Where an API is. */
export interface ApiPlace {
  readonly port: number;
  readonly socket: string;
  readonly ca: string;
}

/** Sends a request on a connection of its own; resolves to the whole answer. */
export async function askApi(place: ApiPlace, path: string, asked: Asked = {}): Promise<Answered> {
  const response = await beginApi(place, path, asked);
  const received = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, text: received, body: jsonIn(received) };
}

/** The same for answers that go on: resolves as soon as they begin. */
export function beginApi({ port, socket, ca }: ApiPlace, path: string, asked: Asked = {}): Promise<IncomingMessage> {
  const { method = "GET", token, body, headers = {} } = asked;
  const payload = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const options = {
    path,
    method,
    agent: false,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
      ...headers,
    },
  };
  const request =
    asked.local === true
      ? httpRequest({ ...options, socketPath: socket })
      : httpsRequest({ ...options, host: "127.0.0.1", port, ca, servername: "localhost" });
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", resolve);
    request.end(payload);
  });
}

function jsonIn(received: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(received);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
