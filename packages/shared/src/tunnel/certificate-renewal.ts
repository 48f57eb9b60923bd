import type { CertificateGrant } from "../enrolment/certificate-grant.ts";
import type { GatewayError } from "../errors.ts";

/** Asks for a new certificate over a tunnel. */
export type AskForCertificate = (request: { readonly csr: string; readonly held: string }) => void;

/** Renews an agent's certificate by whatever tunnel is open. */
export interface CertificateRenewal {
  /** A tunnel is online. Returns how to say that it no longer is. */
  attach(ask: AskForCertificate): () => void;
  granted(grant: CertificateGrant): void;
  refused(error: GatewayError): void;
}
