import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps, type RequestOptions } from "node:https";
import { quoted } from "../printable.ts";
import { isTrustworthyUrl } from "./trustworthy-url.ts";

/** What a document is fetched with, besides its address. */
export interface FetchMeans {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** The only authority that is trusted then, in PEM. */
  readonly ca?: string | undefined;
  readonly bearerToken?: string | undefined;
}

/** Fetches a small JSON document. Follows no redirect, reads no more than `maxBytes`, and throws an `Error` that says in words what was wrong. */
export async function fetchJson(url: URL, means: FetchMeans): Promise<unknown> {
  const where = quoted(`${url.origin}${url.pathname}`, 200);
  if (url.username !== "" || url.password !== "") throw new Error(`${where} holds credentials`);
  if (!isTrustworthyUrl(url)) throw new Error(`${where} is neither https nor on this host`);
  try {
    return parseJson(await readText(await ask(url, means), means.maxBytes));
  } catch (reason) {
    throw new Error(`${where} ${means.signal.aborted ? "did not answer in time" : inWords(reason)}`, { cause: reason });
  }
}

function ask(url: URL, { signal, ca, bearerToken }: FetchMeans): Promise<IncomingMessage> {
  const options: RequestOptions = {
    signal,
    headers: {
      accept: "application/json",
      // asked too seldom for a connection to be kept
      connection: "close",
      ...(bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` }),
    },
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === "https:" ? requestHttps(url, options) : requestHttp(url, options);
    request.once("response", resolve);
    request.on("error", (cause: Error) => {
      reject(new Error(`could not be reached: ${withCode(cause)}`, { cause }));
    });
    request.end();
  });
}

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.destroy();
    const redirect = statusCode >= 300 && statusCode < 400 ? " (redirects are not followed)" : "";
    throw new Error(`answered ${statusCode}${redirect}`);
  }
  const body: AsyncIterable<Uint8Array> = response;
  const chunks: Uint8Array[] = [];
  let length = 0;
  // leaving the loop by an error ends the connection
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The parser's own words are dropped, as they quote what they choke on. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("answered with something that is not JSON");
  }
}

function inWords(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function withCode(cause: Error): string {
  return "code" in cause && typeof cause.code === "string" ? `${cause.code} ${cause.message}` : cause.message;
}
