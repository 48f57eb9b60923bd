import { readFile } from "node:fs/promises";
import type { GatewayError } from "@sallyport/shared/errors";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";

/** What a tunnel is dialled with. */
export interface DialMaterial {
  /** `host:port` of the gateway's agent port. */
  readonly gateway: string;
  /** PEM of whom the agent trusts to be its gateway. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Asks for a new certificate over a tunnel. */
export type AskForCertificate = (request: { readonly csr: string; readonly held: string }) => void;

/** Renews an agent's certificate by whatever tunnel is open. */
export interface CertificateRenewal {
  /** A tunnel is online. Returns how to say that it no longer is. */
  attach(ask: AskForCertificate): () => void;
  granted(grant: CertificateGrant): void;
  refused(error: GatewayError): void;
}

/** By what a gateway knows an agent, and where the gateway is. */
export interface AgentIdentity {
  /** Of the epoch's tunnel; asked for every dial. Rejects where something is missing. */
  material(epoch: number): Promise<DialMaterial>;
  /** Left out where whoever made the certificate renews it. */
  readonly renewal?: CertificateRenewal;
}

/** Files of an operator's own authority, read anew for every dial: a certificate that was renewed needs no restart. */
export interface IdentityFiles {
  readonly gateway: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export function identityOfFiles({ gateway, caFile, certificateFile, keyFile }: IdentityFiles): AgentIdentity {
  return {
    material: async () => {
      const read = [caFile, certificateFile, keyFile].map((file) => readFile(file, "utf8"));
      const [ca = "", certificate = "", key = ""] = await Promise.all(read);
      return { gateway, ca, certificate, key };
    },
  };
}
