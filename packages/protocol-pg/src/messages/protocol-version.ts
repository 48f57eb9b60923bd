/** Major version in the upper 16 bits, minor in the lower. The request codes use a major version that will never exist. */
export function protocolVersion(major: number, minor: number): number {
  return major * 0x1_0000 + minor;
}

export const PROTOCOL_MAJOR = 3;
/** The newest minor version that we speak: PostgreSQL 18's. */
export const NEWEST_MINOR = 2;
/** From here on cancel secrets may be longer than four bytes. */
export const LONG_CANCEL_MINOR = 2;

export const SSL_REQUEST_CODE = protocolVersion(1234, 5679);
export const GSSENC_REQUEST_CODE = protocolVersion(1234, 5680);
export const CANCEL_REQUEST_CODE = protocolVersion(1234, 5678);
