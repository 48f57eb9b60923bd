/** The first byte of the message: what follows is between the two ends of the authentication. */
export const AUTH_MORE_DATA = 0x01;

/** `caching_sha2_password`: the proof was right, and OK follows. */
export const FAST_AUTH_SUCCESS = 0x03;
/** `caching_sha2_password`: the proof cannot be checked, the password itself is wanted. */
export const PERFORM_FULL_AUTHENTICATION = 0x04;

export function encodeAuthMoreData(...data: readonly number[]): Buffer {
  return Buffer.from([AUTH_MORE_DATA, ...data]);
}
