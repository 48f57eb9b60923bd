import { quoted } from "../printable.ts";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether an address may be asked at all: encrypted, or without leaving this host. */
export function isTrustworthyUrl(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
}

/** Fetches a small JSON document. Follows no redirect, reads no more than `maxBytes`, and throws an `Error` that says in words what was wrong. */
export async function fetchJson(url: URL, maxBytes: number, signal: AbortSignal): Promise<unknown> {
  const where = quoted(`${url.origin}${url.pathname}`, 200);
  if (url.username !== "" || url.password !== "") throw new Error(`${where} holds credentials`);
  if (!isTrustworthyUrl(url)) throw new Error(`${where} is neither https nor on this host`);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      headers: { accept: "application/json" },
    });
    const text = await readText(response, maxBytes);
    return parseJson(text);
  } catch (reason) {
    throw new Error(`${where} ${signal.aborted ? "did not answer in time" : inWords(reason)}`, {
      cause: reason,
    });
  }
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    const redirect = response.status >= 300 && response.status < 400 ? " (redirects are not followed)" : "";
    throw new Error(`answered ${response.status}${redirect}`);
  }
  const body: AsyncIterable<Uint8Array> = response.body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  // leaving the loop by an error cancels the body
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("answered with something that is not JSON", { cause });
  }
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function inWords(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const cause = reason.cause;
  if (!(reason instanceof TypeError) || !(cause instanceof Error)) return reason.message;
  const code = "code" in cause && typeof cause.code === "string" ? `${cause.code} ` : "";
  return `could not be reached: ${code}${cause.message}`;
}
