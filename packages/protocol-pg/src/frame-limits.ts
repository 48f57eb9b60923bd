const KIB = 1024;
const MIB = 1024 * KIB;

/** PostgreSQL itself never makes or takes a longer message: MaxAllocSize. */
export const MAX_LENGTH = 0x3fff_ffff;

const NO_BODY_BYTES = 4;
const SMALL_BYTES = 16 * KIB;
const CREDENTIAL_BYTES = 64 * KIB;
const STATEMENT_BYTES = 16 * MIB;
const PARAMETERS_BYTES = 64 * MIB;
const DESCRIPTION_BYTES = 1 * MIB;
/** Messages may quote a whole statement or value. */
const NOTICE_BYTES = 16 * MIB;

/** How long a message may be that is needed whole, by its tag. Tags left out are relayed in pieces, as they arrive. */
export type FrameLimits = Readonly<Record<string, number>>;

/** What clients send. CopyData (d) is relayed in pieces. */
export const clientLimits: FrameLimits = {
  Q: STATEMENT_BYTES,
  P: STATEMENT_BYTES,
  B: PARAMETERS_BYTES,
  F: PARAMETERS_BYTES,
  E: SMALL_BYTES,
  D: SMALL_BYTES,
  C: SMALL_BYTES,
  S: NO_BODY_BYTES,
  H: NO_BODY_BYTES,
  X: NO_BODY_BYTES,
  c: NO_BODY_BYTES,
  f: CREDENTIAL_BYTES,
  p: CREDENTIAL_BYTES,
};

/** What servers send. DataRow (D) and CopyData (d) are relayed in pieces. */
export const serverLimits: FrameLimits = {
  R: CREDENTIAL_BYTES,
  v: CREDENTIAL_BYTES,
  K: SMALL_BYTES,
  Z: SMALL_BYTES,
  S: DESCRIPTION_BYTES,
  E: NOTICE_BYTES,
  N: NOTICE_BYTES,
  A: CREDENTIAL_BYTES,
  T: DESCRIPTION_BYTES,
  t: DESCRIPTION_BYTES,
  V: PARAMETERS_BYTES,
  C: SMALL_BYTES,
  G: CREDENTIAL_BYTES,
  H: CREDENTIAL_BYTES,
  W: CREDENTIAL_BYTES,
  I: NO_BODY_BYTES,
  n: NO_BODY_BYTES,
  s: NO_BODY_BYTES,
  c: NO_BODY_BYTES,
  "1": NO_BODY_BYTES,
  "2": NO_BODY_BYTES,
  "3": NO_BODY_BYTES,
};
