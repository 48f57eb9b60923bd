import { readFile } from "node:fs/promises";
import type { CertificateRenewal } from "@sallyport/shared/tunnel/certificate-renewal";
import type { DialMaterial } from "@sallyport/shared/tunnel/dial-tunnel";

/** What gateways know an agent by, and where they are. */
export interface IdentityMaterial extends Omit<DialMaterial, "gateway" | "gatewayName"> {
  /** `host:port` of each. */
  readonly gateways: readonly string[];
}

/** By what a gateway knows an agent, and where the gateway is. */
export interface AgentIdentity {
  /** Asked for every time that tunnels are dialled. Rejects where something is missing. */
  material(): Promise<IdentityMaterial>;
  /** Left out where whoever made the certificate renews it. */
  readonly renewal?: CertificateRenewal;
}

/** Files of an operator's own authority, read anew every time: a certificate that was renewed needs no restart. */
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
      return { gateways: [gateway], ca, certificate, key };
    },
  };
}
