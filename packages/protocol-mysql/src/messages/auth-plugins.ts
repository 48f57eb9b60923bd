/** Names of the authentications that are spoken here, at either end. */
export const authPlugin = {
  CACHING_SHA2: "caching_sha2_password",
  SHA256: "sha256_password",
  NATIVE: "mysql_native_password",
  ED25519: "client_ed25519",
  CLEAR: "mysql_clear_password",
  OPENID_CONNECT: "authentication_openid_connect_client",
} as const satisfies Readonly<Record<string, string>>;
