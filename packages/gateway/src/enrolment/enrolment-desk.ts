import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import type { Secret } from "@sallyport/shared/secret";
import type { Actor } from "../store/doors/actor.ts";
import type { AgentIdentity } from "../tunnel/known-agent.ts";

/** A token as it is told once, to whoever asked for it. */
export interface MintedEnrolmentToken {
  /** Names it from then on; it opens nothing. */
  readonly id: string;
  readonly token: Secret<string>;
  readonly group: string;
  readonly expires: Date;
}

/** What an agent sends when it comes for the first time. */
export interface EnrolmentRequest {
  /** The token's secret part (`t`), not the whole token. */
  readonly secret: Secret<string>;
  /** PEM of a PKCS #10 request. Its key is taken, and its common name where it has one; everything else is the gateway's. */
  readonly csr: string;
}

/** What an agent sends over its tunnel when its certificate is to be renewed. */
export interface RenewalRequest {
  readonly csr: string;
  /** Fingerprint of the certificate that it holds. */
  readonly held: string;
}

/** How agents come in, and stay. Tokens are listed and taken back, and agents revoked, by the store's doors. */
export interface EnrolmentDesk {
  /** A one-time token for a group, good for an hour unless told otherwise. */
  mintToken(
    request: { readonly group: string; readonly lifetimeSeconds?: number | undefined },
    actor: Actor,
  ): Promise<MintedEnrolmentToken>;
  /**
   * Uses a token up. Throws `enrolment/token-unknown`, `enrolment/token-used`, `enrolment/token-expired` or
   * `enrolment/request-refused`. Whoever comes again with the same token and the same key, because the answer was lost, is
   * answered again until the agent has renewed.
   */
  enrol(request: EnrolmentRequest, address: string): Promise<CertificateGrant>;
  /** A new certificate for an agent that proved by its tunnel who it is. Throws `enrolment/revoked` or `enrolment/request-refused`. */
  renew(agent: AgentIdentity, request: RenewalRequest): Promise<CertificateGrant>;
}
