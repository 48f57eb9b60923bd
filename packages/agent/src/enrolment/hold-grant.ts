import { createPrivateKey, X509Certificate } from "node:crypto";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import { GatewayError } from "@sallyport/shared/errors";
import type { HeldIdentity } from "./state-folder.ts";

/** What is kept of a grant. Throws `enrolment/request-refused` where its certificate is not for the key it was asked for. */
export function holdGrant(grant: CertificateGrant, key: string, token: string, now = Date.now()): HeldIdentity {
  const { agent, group, certificate, authorities, tunnels, lifetimeSeconds } = grant;
  if (!isFor(certificate, key) || tunnels.length === 0 || lifetimeSeconds <= 0)
    throw new GatewayError(
      "enrolment/request-refused",
      "the gateway answered with a certificate that is not this agent's",
    );
  return {
    agent,
    group,
    key,
    certificate,
    authorities,
    tunnels: [...tunnels],
    lifetimeSeconds,
    receivedAt: now,
    token,
  };
}

function isFor(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** When a certificate can no longer be used, by this host's clock. */
export function endOf({ receivedAt, lifetimeSeconds }: HeldIdentity): number {
  return receivedAt + lifetimeSeconds * 1000;
}
