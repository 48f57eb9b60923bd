import { readFile } from "node:fs/promises";
import type { CertificateRenewal } from "@sallyport/shared/tunnel/certificate-renewal";
import type { DialMaterial } from "@sallyport/shared/tunnel/dial-tunnel";

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
