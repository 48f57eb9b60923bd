import { createHash } from "node:crypto";
import type { WireMessage } from "./message-splitter.ts";

/** The first oid of objects that users make. */
const FIRST_USER_OID = 16_384;
/** Longer bodies are compared by their hash, and shown by it. */
const MAX_SHOWN_BYTES = 400;
const COLUMN_BYTES = 18;

/**
 * What a client was told, one line a message, so that two sides can be compared and a difference read. Left out is what must
 * differ between two sessions: ParameterStatus, process ids, oids of tables that a script makes. An error of the
 * gateway's own is told by its SQLSTATE alone.
 */
export function told(messages: readonly WireMessage[]): string[] {
  const oids = new Map<number, number>();
  return messages.filter(({ tag }) => tag !== "S").map((message) => `${message.tag} ${bodyOf(message, oids)}`);
}

/**
 * What the gateway should have told, by what the server told: the same, but where the gateway spoke for itself only the
 * SQLSTATE counts.
 */
export function expectedOf(direct: readonly string[], through: readonly string[]): string[] {
  return direct.map((line, at) => (isOwnError(through[at]) ? line.replace(/^E .*?(C=\w{5}).*$/s, "E $1") : line));
}

/** An error of the gateway's is told by nothing but its SQLSTATE. */
export function isOwnError(line: string | undefined): boolean {
  return line !== undefined && /^E C=\w{5}$/.test(line);
}

function bodyOf({ tag, body }: WireMessage, oids: Map<number, number>): string {
  switch (tag) {
    case "E":
    case "N":
      return errorFields(body);
    case "A":
      return shown(body.subarray(4));
    case "T":
      return shown(withoutUserOids(body, oids));
    default:
      return shown(body);
  }
}

/** An ErrorResponse or NoticeResponse as `field=text` pairs. */
function errorFields(body: Buffer): string {
  const fields = body
    .toString("utf8")
    .split("\0")
    .filter((field) => field !== "");
  const own = fields.some((field) => field.startsWith("Msallyport: "));
  const kept = own ? fields.filter((field) => field.startsWith("C")) : fields;
  return kept.map((field) => `${field.charAt(0)}=${field.slice(1)}`).join(" ");
}

/** RowDescription: tables that were made on the way are numbered in the order in which they appear. */
function withoutUserOids(body: Buffer, oids: Map<number, number>): Buffer {
  const copy = Buffer.from(body);
  for (let at = 2; at < copy.length;) {
    const oidAt = copy.indexOf(0, at) + 1;
    const oid = copy.readUInt32BE(oidAt);
    if (oid >= FIRST_USER_OID) {
      if (!oids.has(oid)) oids.set(oid, oids.size);
      copy.writeUInt32BE(oids.get(oid) ?? 0, oidAt);
    }
    at = oidAt + COLUMN_BYTES;
  }
  return copy;
}

function shown(body: Buffer): string {
  if (body.length <= MAX_SHOWN_BYTES) return JSON.stringify(body.toString("latin1"));
  return `${body.length} bytes, sha256 ${createHash("sha256").update(body).digest("hex")}`;
}
