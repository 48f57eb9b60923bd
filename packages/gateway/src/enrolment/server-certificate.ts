import { KeyObject, webcrypto } from "node:crypto";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { OwnAuthority } from "./own-authority.ts";
import type { PresentedCertificate, ServerCertificate } from "./presented-certificate.ts";
import { ecdsaP256, type CertificateContent } from "./x509/sign-certificate.ts";

const LIFETIME_MS = 7 * 86_400_000;
/** How often it is looked whether the certificate has to be renewed: a clock may jump, and a host may sleep. */
const LOOK_EVERY_MS = 60_000;

export interface ServerCertificateOptions {
  readonly authority: OwnAuthority;
  readonly names: readonly string[];
  readonly commonName?: string;
  /** Left out: of a server alone. */
  readonly usages?: CertificateContent["usages"];
  readonly log: Log;
  /** What tests shorten, and leave alone otherwise. */
  readonly times?: { readonly lifetimeMs: number; readonly lookEveryMs: number } | undefined;
}

/** Makes one, and a new one when a third of its life is left. */
export async function openServerCertificate(options: ServerCertificateOptions): Promise<ServerCertificate> {
  const { names, log } = options;
  const { lifetimeMs, lookEveryMs } = options.times ?? { lifetimeMs: LIFETIME_MS, lookEveryMs: LOOK_EVERY_MS };
  const listeners = new Set<(renewed: PresentedCertificate) => void>();
  const make = async () => ({
    presented: await issue(options, lifetimeMs),
    renewAt: Date.now() + (lifetimeMs * 2) / 3,
  });
  let state = await make();
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      if (Date.now() < state.renewAt) return;
      state = await make();
      log.info("certificate.renewed", { host: names.join(" ") });
      for (const listener of listeners) listener(state.presented);
    } catch (reason) {
      const { code, message } = GatewayError.from(reason);
      log.error("certificate.not-renewed", { code, reason: message });
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), lookEveryMs).unref();
  return {
    get current() {
      return state.presented;
    },
    onRenewed: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function issue(
  { authority, names, commonName = "sallyport gateway", usages = ["serverAuth"] }: ServerCertificateOptions,
  lifetimeMs: number,
): Promise<PresentedCertificate> {
  const keys = await webcrypto.subtle.generateKey(ecdsaP256, true, ["sign", "verify"]);
  const { certificate } = await authority.sign({
    publicKey: keys.publicKey,
    commonName,
    usages,
    hosts: names,
    lifetimeMs,
  });
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return { certificate: certificate + authority.certificate, key };
}
