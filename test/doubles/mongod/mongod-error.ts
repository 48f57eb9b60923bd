import type { BsonDocument } from "./bson-document.ts";

const codeNames: Readonly<Record<number, string>> = {
  2: "BadValue",
  9: "FailedToParse",
  11: "UserNotFound",
  13: "Unauthorized",
  14: "TypeMismatch",
  18: "AuthenticationFailed",
  20: "IllegalOperation",
  26: "NamespaceNotFound",
  27: "IndexNotFound",
  43: "CursorNotFound",
  48: "NamespaceExists",
  50: "MaxTimeMSExpired",
  52: "DollarPrefixedFieldName",
  59: "CommandNotFound",
  66: "ImmutableField",
  73: "InvalidNamespace",
  91: "ShutdownInProgress",
  112: "WriteConflict",
  121: "DocumentValidationFailure",
  166: "CommandNotSupportedOnView",
  225: "TransactionTooOld",
  241: "ConversionFailure",
  251: "NoSuchTransaction",
  256: "TransactionCommitted",
  263: "OperationNotSupportedInTransaction",
  279: "ClientDisconnect",
  11000: "DuplicateKey",
  11601: "Interrupted",
  10107: "NotWritablePrimary",
  13435: "NotPrimaryNoSecondaryOk",
  16755: "Location16755",
  40324: "Location40324",
  40415: "Location40415",
};

/** A command fails; the connection goes on. */
export class MongodError extends Error {
  readonly code: number;
  /** Further fields of the reply, such as `keyValue` or `errorLabels`. */
  readonly extra: BsonDocument;

  constructor(code: number, message: string, extra: BsonDocument = {}) {
    super(message);
    this.code = code;
    this.extra = extra;
  }

  /** As the reply of a command, or without `ok` as one of its `writeErrors`. */
  get reply(): BsonDocument {
    return { ok: 0, errmsg: this.message, code: this.code, codeName: codeName(this.code), ...this.extra };
  }
}

/** The name that goes with a code. */
export function codeName(code: number): string {
  return codeNames[code] ?? `Location${code}`;
}

/** Whatever was thrown, as an error of the server's: `mingo` throws its own for what it does not know. */
export function asMongodError(reason: unknown): MongodError {
  if (reason instanceof MongodError) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new MongodError(/unknown|unregistered|not.*(found|supported)/i.test(message) ? 40324 : 2, message);
}
