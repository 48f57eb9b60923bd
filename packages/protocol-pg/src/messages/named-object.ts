import type { Frame } from "@sallyport/shared/frame";
import { bodyOf } from "./body.ts";
import { encodeMessage } from "./encode-message.ts";

const STATEMENT = 0x53;
const PORTAL = 0x50;

/** What Close ('C') and Describe ('D') speak of. */
export interface NamedObject {
  readonly kind: "statement" | "portal";
  readonly name: string;
}

/** Close and Describe share one layout: a kind byte and a name. */
export function decodeNamedObject(frame: Frame): NamedObject {
  const reader = bodyOf(frame);
  const kind = reader.uint8();
  const name = reader.string();
  reader.expectEnd();
  if (kind === STATEMENT) return { kind: "statement", name };
  if (kind === PORTAL) return { kind: "portal", name };
  throw reader.fault(`kind ${kind} is neither a statement nor a portal`);
}

/** A Describe of a portal. */
export function encodeDescribePortal(name: string): Buffer {
  return encodeMessage("D", (writer) => writer.uint8(PORTAL).string(name));
}
