import { X509Certificate } from "node:crypto";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import type { AskForCertificate, CertificateRenewal } from "@sallyport/shared/tunnel/certificate-renewal";
import { makeKey, makeRequest } from "./certificate-request.ts";
import { endOf, holdGrant } from "./hold-grant.ts";
import type { HeldIdentity } from "./state-folder.ts";

const ANSWER_MS = 30_000;
/** A clock may jump and a host may sleep, so it is looked again now and then. */
const LOOK_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
/** Of a life: when a certificate is renewed, and how much earlier chance may make it, so that agents do not come all at once. */
const DUE_AT = 2 / 3;
const JITTER = 0.1;

export interface RenewalOptions {
  readonly held: () => HeldIdentity;
  readonly keep: (held: HeldIdentity) => Promise<void>;
  readonly log: Log;
  readonly random?: (() => number) | undefined;
}

/** Renews the certificate when two thirds of its life are over, by the tunnel that came online last, and again until it succeeds. */
export class Renewal implements CertificateRenewal {
  readonly #options: RenewalOptions;
  readonly #random: () => number;
  readonly #tunnels = new Set<AskForCertificate>();
  #timer: NodeJS.Timeout | undefined;
  #asked: { readonly key: string; readonly answer: PromiseWithResolvers<CertificateGrant> } | undefined;
  #failures = 0;
  #notBefore = 0;
  #jitter: number;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#jitter = this.#random();
  }

  attach(ask: AskForCertificate): () => void {
    this.#tunnels.add(ask);
    this.#plan();
    return () => {
      this.#tunnels.delete(ask);
      if (this.#tunnels.size === 0) clearTimeout(this.#timer);
    };
  }

  granted(grant: CertificateGrant): void {
    this.#asked?.answer.resolve(grant);
  }

  refused(error: GatewayError): void {
    this.#asked?.answer.reject(error);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const ask = [...this.#tunnels].at(-1);
    if (ask === undefined || this.#asked !== undefined) return;
    const wait = Math.max(0, this.#dueAt() - Date.now());
    this.#timer = setTimeout(
      () => {
        if (Date.now() >= this.#dueAt()) void this.#renew(ask);
        else this.#plan();
      },
      Math.min(wait, LOOK_MS),
    ).unref();
  }

  /** A clock that was put back behind the moment of the grant says nothing about its age: then it is due. */
  #dueAt(): number {
    const { receivedAt, lifetimeSeconds } = this.#options.held();
    if (Date.now() < receivedAt) return this.#notBefore;
    const life = lifetimeSeconds * 1000;
    return Math.max(this.#notBefore, receivedAt + life * DUE_AT * (1 - JITTER * this.#jitter));
  }

  async #renew(ask: AskForCertificate): Promise<void> {
    const { held, keep, log } = this.#options;
    const before = held();
    const answer = Promise.withResolvers<CertificateGrant>();
    const late = setTimeout(
      () => answer.reject(new GatewayError("tunnel/agent-lost", "the gateway did not answer in time")),
      ANSWER_MS,
    );
    try {
      const key = await makeKey();
      this.#asked = { key, answer };
      ask({ csr: makeRequest(key), held: new X509Certificate(before.certificate).fingerprint256 });
      const next = holdGrant(await answer.promise, key, before.token);
      await keep(next);
      this.#failures = 0;
      this.#notBefore = 0;
      this.#jitter = this.#random();
      log.info("agent.renewed", { agent: next.agent, group: next.group });
    } catch (reason) {
      const error = GatewayError.from(reason);
      log.error("agent.not-renewed", { agent: before.agent, code: error.code, reason: error.message });
      this.#notBefore = Date.now() + this.#waitMs(before);
      this.#failures += 1;
    } finally {
      clearTimeout(late);
      this.#asked = undefined;
      this.#plan();
    }
  }

  /** Doubles with each failure, but leaves room for several more attempts before the end. */
  #waitMs(held: HeldIdentity): number {
    const left = Math.max(0, endOf(held) - Date.now());
    const limit = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures, left / 5);
    return Math.max(FIRST_WAIT_MS / 2, limit * (0.5 + this.#random() / 2));
  }
}
