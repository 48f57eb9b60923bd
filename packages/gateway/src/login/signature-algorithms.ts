/** Signatures that can be accepted at all: those of a key pair. `none` and HMAC are not among them, whatever a document says. */
export const signatureAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];
