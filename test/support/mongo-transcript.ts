import { createHash } from "node:crypto";
import { deserialize, EJSON, Long, type Document } from "bson";
import { crc32c } from "../doubles/mongod/crc32c.ts";
import type { MongoRawClient } from "./mongo-raw-client.ts";
import { mongoSections, msgFlag, type MongoParts } from "./mongo-sections.ts";

/** Of a message: the header, the flags, and the kind of the first section. */
const FLAGS_AT = 16;
const BODY_AT = 21;
const CHECKSUM_BYTES = 4;
/** Of longer ones only the hash is told. */
const LONG_BYTES = 100_000;
const NEVER_GIVEN = Long.fromString("1234567890123456789");
/** What differs from one connection, or one moment, to the next. */
const passing = new Set(["$clusterTime", "operationTime", "localTime", "connectionId"]);

/** A request, made once the cursors of the ones before are known: `cursor` is the newest one's number. */
export type MongoStep = (cursor: Long) => MongoParts;

/** Plays requests one after another and tells every reply, to the byte, a line each. Ends where the connection does. */
export async function transcriptOf(client: MongoRawClient, steps: readonly MongoStep[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const cursors: Long[] = [];
  for (const [index, step] of steps.entries()) {
    const parts = step(cursors.at(-1) ?? NEVER_GIVEN);
    await client.raw.send(mongoSections(index + 1, parts));
    if (((parts.flags ?? 0) & msgFlag.moreToCome) !== 0) continue;
    const message = await client.receive();
    if (message === undefined) return [...lines, "the connection ended"];
    lines.push(told(message, cursors));
  }
  return lines;
}

/** A reply to the byte, apart from its own number and what is nobody else's. New cursors join the others. */
function told(message: Buffer, cursors: Long[]): string {
  const flags = message.readUInt32LE(FLAGS_AT);
  const hasChecksum = (flags & msgFlag.checksum) !== 0;
  const end = message.length - (hasChecksum ? CHECKSUM_BYTES : 0);
  const head = `to ${message.readInt32LE(8)}, ${message.readInt32LE(12)}, flags ${flags}`;
  const sum = hasChecksum
    ? crc32c(message.subarray(0, end)) === message.readUInt32LE(end)
      ? ", summed"
      : ", spoiled"
    : "";
  const reply = deserialize(message.subarray(BODY_AT, end), { promoteValues: false, bsonRegExp: true });
  const cursor = idIn(reply);
  if (cursor !== undefined && !cursor.isZero() && !cursors.some((known) => known.eq(cursor))) cursors.push(cursor);
  const isPlain = Object.keys(reply).every((name) => !passing.has(name)) && Number(reply["ok"]) === 1;
  return `${head}${sum}: ${isPlain ? bytesOf(message.subarray(BODY_AT, end), cursors) : wordsOf(reply)}`;
}

function idIn(reply: Document): Long | undefined {
  const cursor: unknown = reply["cursor"];
  const id: unknown = typeof cursor === "object" && cursor !== null && "id" in cursor ? cursor.id : undefined;
  return Long.isLong(id) ? id : undefined;
}

/** With cursors numbered by their order. */
function bytesOf(body: Buffer, cursors: readonly Long[]): string {
  const copy = Buffer.from(body);
  for (const [index, cursor] of cursors.entries()) {
    const bytes = Buffer.from(cursor.toBytesLE());
    for (let at = copy.indexOf(bytes); at >= 0; at = copy.indexOf(bytes, at))
      copy.writeBigInt64LE(BigInt(index + 1), at);
  }
  if (copy.length <= LONG_BYTES) return copy.toString("latin1");
  return `${copy.length} bytes, ${createHash("sha256").update(copy).digest("hex")}`;
}

/** The fields in their order and with their types. Errors name cursors in their texts, where a gateway does not look. */
function wordsOf(reply: Document): string {
  const kept = Object.fromEntries(Object.entries(reply).filter(([name]) => !passing.has(name)));
  return EJSON.stringify(kept, { relaxed: false }).replaceAll(/(cursor id) -?\d+/gi, "$1 …");
}

/** What is to come through the gateway: what the server said, but for refusals of the gateway's, which have words of their own. */
export function expectedOf(direct: readonly string[], through: readonly string[]): readonly string[] {
  return direct.map((line, at) => {
    const own = through[at];
    return own?.includes("sallyport: ") === true && codeIn(own) === codeIn(line) ? own : line;
  });
}

function codeIn(line: string): string | undefined {
  return /"code":\{"\$numberInt":"(\d+)"\}/.exec(line)?.[1];
}
