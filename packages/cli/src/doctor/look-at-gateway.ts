import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls, type PeerCertificate } from "node:tls";
import type { Target } from "../client/target.ts";
import { unreachable } from "../client/unreachable.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Look } from "./examination.ts";

type UrlTarget = Extract<Target, { kind: "url" }>;

const STEP_MS = 10_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** The addresses that the gateway's name stands for. */
export async function lookAtName(target: UrlTarget): Promise<Look<readonly string[]>> {
  const host = hostOf(target);
  if (isIP(host) !== 0) return { detail: `${host} is an address`, value: [host] };
  try {
    const found = (await lookup(host, { all: true })).map(({ address }) => address);
    return { detail: `${host} is ${found.join(", ")}`, value: found };
  } catch (reason) {
    throw unreachable(reason, target);
  }
}

/** Whether anybody listens there. */
export async function lookAtPort(target: UrlTarget): Promise<Look<undefined>> {
  const port = portOf(target);
  await new Promise<void>((resolve, reject) => {
    const socket = connectTcp({ host: hostOf(target), port, timeout: STEP_MS });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(noAnswer()));
    socket.once("error", reject);
  }).catch((reason: unknown) => {
    throw unreachable(reason, target);
  });
  return { detail: `port ${port} is open`, value: undefined };
}

/** Whether what listens there proves to be the gateway. */
export async function lookAtCertificate(target: UrlTarget): Promise<Look<undefined>> {
  const host = hostOf(target);
  const certificate = await new Promise<PeerCertificate>((resolve, reject) => {
    const socket = connectTls({
      host,
      port: portOf(target),
      minVersion: "TLSv1.2",
      timeout: STEP_MS,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(target.ca === undefined ? {} : { ca: target.ca.pem }),
    });
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(noAnswer()));
    socket.once("error", reject);
  }).catch((reason: unknown) => {
    throw tlsFailure(reason, target);
  });
  const ends = new Date(certificate.valid_to);
  const soon = ends.getTime() - Date.now() < SOON_DAYS * DAY_MS ? ", which is soon: have it renewed" : "";
  return { detail: `the certificate is trusted until ${ends.toISOString().slice(0, 10)}${soon}`, value: undefined };
}

function tlsFailure(reason: unknown, target: UrlTarget): CommandFailure {
  const code = reason instanceof Error && "code" in reason ? String(reason.code) : "";
  if (!code.startsWith("ERR_SSL") && code !== "ECONNRESET" && code !== "EPROTO") return unreachable(reason, target);
  return new CommandFailure(
    `What listens at ${target.url.host} speaks no TLS: ${reason instanceof Error ? reason.message : String(reason)}.`,
    "Check the port: it must be that of the gateway's API (`api.port`), not one for clients of databases.",
    reason,
    exitCodes.unreachable,
  );
}

function hostOf({ url }: UrlTarget): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function portOf({ url }: UrlTarget): number {
  return url.port === "" ? 443 : Number(url.port);
}

function noAnswer(): Error {
  return Object.assign(new Error(`no answer within ${STEP_MS / 1000} s`), { code: "ETIMEDOUT" });
}
