import { X509Certificate } from "node:crypto";
import { Agent, request, type RequestOptions } from "node:https";
import type { DetailedPeerCertificate } from "node:tls";
import { TLSSocket } from "node:tls";
import { GatewayError } from "@sallyport/shared/errors";
import { describeTlsFailure } from "./describe-tls-failure.ts";

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** What a gateway's API answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** What is sent to it. */
export interface ApiRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends one request to the gateway whose certificate has a fingerprint, or whose chain has one that has it. The certificate is
 * looked at first, on a connection over which nothing is sent; then it is the only one that is trusted. Throws
 * `enrolment/wrong-gateway` or `enrolment/gateway-unreachable`.
 */
export async function askPinnedGateway(url: string, fingerprint: string, what: ApiRequest): Promise<ApiAnswer> {
  // a way out may lead through a proxy, as it may for the tunnel
  const agent = new Agent({ keepAlive: false, proxyEnv: process.env });
  const base = { agent, timeout: TIMEOUT_MS, minVersion: "TLSv1.2" } as const;
  try {
    const pinned = await lookAtChain(url, fingerprint, base);
    return await send(url, what, { ...base, ca: pinned, allowPartialTrustChain: true });
  } finally {
    agent.destroy();
  }
}

/** PEM of the certificate in the chain that has the fingerprint. */
function lookAtChain(url: string, fingerprint: string, base: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // never ended, so that not even its head is sent
    const looking = request(url, { ...base, method: "GET", rejectUnauthorized: false });
    const fail = (reason: Error) => reject(unreachable(url, reason));
    looking.on("error", fail);
    looking.on("timeout", () => looking.destroy(new Error("it did not answer in time")));
    looking.on("socket", (socket) => {
      const look = () => {
        const chain = socket instanceof TLSSocket ? chainOf(socket.getPeerCertificate(true)) : [];
        looking.destroy();
        const found = chain.find(({ fingerprint256 }) => plain(fingerprint256) === fingerprint);
        if (found !== undefined) resolve(found.toString());
        else reject(wrongGateway(url, `none of the ${chain.length} certificates it shows has the token's fingerprint`));
      };
      if (socket instanceof TLSSocket && socket.getPeerCertificate().raw !== undefined) look();
      else socket.once("secureConnect", look);
    });
  });
}

function chainOf(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  // the last one is its own issuer
  for (
    let at: DetailedPeerCertificate | undefined = leaf;
    at?.raw !== undefined && !seen.has(at);
    at = at.issuerCertificate
  ) {
    seen.add(at);
    chain.push(new X509Certificate(at.raw));
  }
  return chain;
}

function send(url: string, { path, headers, body }: ApiRequest, options: RequestOptions): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const sending = request(new URL(path, url), { ...options, method: "POST", headers }, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on("data", (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > MAX_ANSWER_BYTES) sending.destroy(new Error("its answer is too long"));
      });
      response.on("error", (reason) => reject(unreachable(url, reason)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
    });
    sending.on("error", (reason) => {
      const failure = describeTlsFailure(reason);
      reject(failure === undefined ? unreachable(url, reason) : wrongGateway(url, failure));
    });
    sending.on("timeout", () => sending.destroy(new Error("it did not answer in time")));
    sending.end(body);
  });
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}

function unreachable(url: string, reason: Error): GatewayError {
  const why = reason.message === "" && "code" in reason ? String(reason.code) : reason.message;
  return new GatewayError("enrolment/gateway-unreachable", `${url}: ${why}`, { detail: `${url}: ${why}.` });
}

function wrongGateway(url: string, why: string): GatewayError {
  return new GatewayError("enrolment/wrong-gateway", `${url}: ${why}`, { detail: `${url}: ${why}.` });
}
