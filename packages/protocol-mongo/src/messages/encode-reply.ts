import { encodeDocument, type BsonObject } from "../bson/encode-document.ts";
import { encodeOpMsg } from "./op-msg.ts";
import { encodeOpReply } from "./op-reply.ts";

/** No client looks at the number of a reply. */
const OWN_REQUEST_ID = 0;

/** A request as far as its answer goes: which it is, and in which form it came. */
export interface Answerable {
  readonly requestId: number;
  readonly form: "OP_MSG" | "OP_QUERY";
}

/** A reply of the gateway's own, in the form that the request had. */
export function encodeReply({ requestId, form }: Answerable, reply: BsonObject): Buffer {
  const parts = { requestId: OWN_REQUEST_ID, responseTo: requestId, body: encodeDocument(reply) };
  return form === "OP_MSG" ? encodeOpMsg(parts) : encodeOpReply(parts);
}
