import { experimental, type ServerCredentials } from "@grpc/grpc-js";
import type { PresentedCertificate } from "../enrolment/presented-certificate.ts";

type Provider = experimental.CertificateProvider;

/** What the tunnel's server presents, and whom it trusts to sign agents' certificates. */
export interface TunnelTls extends PresentedCertificate {
  readonly ca: string;
}

/** Credentials of the tunnel's server that may change while it runs. Agents must present a certificate. */
export function createTunnelCredentials(first: TunnelTls): {
  readonly credentials: ServerCredentials;
  readonly changeTls: (tls: TunnelTls) => void;
} {
  let current = first;
  const authorityListeners = new Set<experimental.CaCertificateUpdateListener>();
  const identityListeners = new Set<experimental.IdentityCertificateUpdateListener>();
  const authority = () => ({ caCertificate: Buffer.from(current.ca) });
  const identity = () => ({ certificate: Buffer.from(current.certificate), privateKey: Buffer.from(current.key) });
  const provider: Provider = {
    addCaCertificateListener: (listener) => {
      authorityListeners.add(listener);
      // later: gRPC hears nothing before it has finished listening
      queueMicrotask(() => listener(authority()));
    },
    removeCaCertificateListener: (listener) => void authorityListeners.delete(listener),
    addIdentityCertificateListener: (listener) => {
      identityListeners.add(listener);
      queueMicrotask(() => listener(identity()));
    },
    removeIdentityCertificateListener: (listener) => void identityListeners.delete(listener),
  };
  // one provider for both: the function's declaration and its code disagree about which of the two comes first
  const credentials = experimental.createCertificateProviderServerCredentials(provider, provider, true);
  return {
    credentials,
    changeTls: (tls) => {
      current = tls;
      for (const listener of authorityListeners) listener(authority());
      for (const listener of identityListeners) listener(identity());
    },
  };
}
