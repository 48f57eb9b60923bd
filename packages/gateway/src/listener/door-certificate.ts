import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import { GatewayError } from "@sallyport/shared/errors";

/** What the gateway shows to clients. */
export interface DoorCertificate {
  readonly context: SecureContext;
  /** DER of the leaf, for channel binding. */
  readonly certificate: Buffer;
}

/** Reads the certificate and key that clients see. */
export async function loadDoorCertificate(files: {
  readonly certificateFile: string;
  readonly keyFile: string;
}): Promise<DoorCertificate> {
  try {
    const [cert, key] = await Promise.all([readFile(files.certificateFile), readFile(files.keyFile)]);
    return {
      context: createSecureContext({ cert, key, minVersion: "TLSv1.2" }),
      certificate: new X509Certificate(cert).raw,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("internal/unexpected", `the gateway's certificate cannot be used: ${reason}`, { cause });
  }
}
