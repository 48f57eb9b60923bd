/** Why a peer's certificate was not accepted, in words; undefined where it is not about certificates. */
export function describeTlsFailure(reason: Error): string | undefined {
  const code = "code" in reason ? String(reason.code) : "";
  switch (code) {
    case "CERT_NOT_YET_VALID":
      return "its certificate is not valid yet by this host's clock; is the clock right?";
    case "CERT_HAS_EXPIRED":
      return "its certificate has expired by this host's clock; is the clock right?";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `its certificate is for another name (${reason.message})`;
    default:
      return /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|INVALID_)/.test(code)
        ? `its certificate is not accepted (${reason.message})`
        : undefined;
  }
}
