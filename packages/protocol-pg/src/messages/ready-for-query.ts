import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";

const statuses = { I: "idle", T: "in-transaction", E: "failed-transaction" } as const;

/** Where the session stands between statements. */
export type TransactionStatus = (typeof statuses)[keyof typeof statuses];

/** ReadyForQuery ('Z'): one byte. */
export function decodeReadyForQuery(body: ByteReader): TransactionStatus {
  const status = String.fromCharCode(body.uint8());
  body.expectEnd();
  if (status === "I" || status === "T" || status === "E") return statuses[status];
  throw body.fault(`transaction status ${status}`);
}

export const readyForQueryIdle: Buffer = encodeMessage("Z", (writer) => writer.uint8("I".charCodeAt(0)));
