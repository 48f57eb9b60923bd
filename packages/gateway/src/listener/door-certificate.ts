import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { GatewayError } from "@sallyport/shared/errors";
import type { PresentedCertificate } from "../enrolment/presented-certificate.ts";

/** What the gateway shows to clients. */
export interface DoorCertificate {
  readonly context: SecureContext;
  /** DER of the leaf, for channel binding. */
  readonly certificate: Buffer;
}

/** What clients see of a certificate and its key. */
export function doorCertificateOf({ certificate: cert, key }: PresentedCertificate): DoorCertificate {
  try {
    return {
      context: createSecureContext({ cert, key, minVersion: "TLSv1.2" }),
      certificate: new X509Certificate(cert).raw,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("internal/unexpected", `the gateway's certificate cannot be used: ${reason}`, { cause });
  }
}
