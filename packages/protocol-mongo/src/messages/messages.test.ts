import { deserialize, serialize } from "bson";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { crc32c } from "./crc32c.ts";
import { encodeReply } from "./encode-reply.ts";
import { decodeMessageHeader } from "./message-header.ts";
import { decodeOpMsg, documentsOf, encodeOpMsg, msgFlag } from "./op-msg.ts";
import { decodeOpQuery } from "./op-query.ts";

type Part = readonly number[] | Uint8Array;

function whole(opCode: number, ...parts: readonly Part[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + content.length, 0);
  header.writeInt32LE(7, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function body(document: object): Buffer {
  return Buffer.concat([Buffer.of(0), serialize(document)]);
}

function sequence(identifier: string, ...documents: readonly object[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${identifier}\0`), ...documents.map((each) => serialize(each))]);
  return Buffer.concat([Buffer.of(1), uint32(content.length + 4), content]);
}

function opMsg(flags: number, ...sections: readonly Part[]): Buffer {
  return whole(2013, uint32(flags), ...sections);
}

function withChecksum(message: Buffer): Buffer {
  const longer = Buffer.from(message);
  longer.writeInt32LE(longer.length + 4, 0);
  longer.writeUInt32LE(longer.readUInt32LE(16) | msgFlag.checksumPresent, 16);
  return Buffer.concat([longer, uint32(crc32c(longer, 0, longer.length))]);
}

function decode(bytes: Buffer): ReturnType<typeof decodeOpMsg> {
  return decodeOpMsg(bytes, 0, bytes.length, "protocol/malformed");
}

const insert = { insert: "t", $db: "shop" };

describe("crc32c", () => {
  it.each([
    ["123456789", 0xe3069283],
    ["", 0],
    ["a", 0xc1d04330],
  ])("of %j", (text, sum) => {
    const bytes = Buffer.from(`<${text}>`);
    expect(crc32c(bytes, 1, bytes.length - 1)).toBe(sum);
  });
});

describe("OP_MSG", () => {
  const documents = [{ _id: 1 }, { _id: 2 }];
  it.each<[string, Buffer]>([
    ["the body first", opMsg(0, body(insert), sequence("documents", ...documents))],
    ["the body last", opMsg(0, sequence("documents", ...documents), body(insert))],
    ["a checksum", withChecksum(opMsg(0, body(insert), sequence("documents", ...documents)))],
    ["optional flags that nobody knows", opMsg(0x8000_0000, body(insert), sequence("documents", ...documents))],
  ])("with %s", (_, bytes) => {
    const message = decode(bytes);
    expect(message.requestId).toBe(7);
    expect(deserialize(message.body.bytes.subarray(message.body.start, message.body.end))).toEqual(insert);
    const [only] = message.sequences;
    if (only === undefined) throw new Error("it has no sequence");
    expect(only.identifier).toBe("documents");
    const read = [...documentsOf(only, "protocol/malformed")].map((each) =>
      deserialize(each.bytes.subarray(each.start, each.end)),
    );
    expect(read).toEqual(documents);
  });

  it("may have an empty sequence, and two", () => {
    const { sequences } = decode(opMsg(0, body({ bulkWrite: 1 }), sequence("ops"), sequence("nsInfo", { ns: "a.b" })));
    expect(sequences.map(({ identifier }) => identifier)).toEqual(["ops", "nsInfo"]);
  });

  it.each<[string, Buffer]>([
    ["nothing in it", whole(2013)],
    ["flags alone", opMsg(0)],
    ["no body", opMsg(0, sequence("documents"))],
    ["two bodies", opMsg(0, body(insert), body(insert))],
    ["a body that is cut", opMsg(0, body(insert).subarray(0, -1))],
    ["something behind its body", opMsg(0, body(insert), [9])],
    ["a section of kind 2", opMsg(0, body(insert), [2], serialize({}))],
    ["a sequence of negative length", opMsg(0, body(insert), [1, 255, 255, 255, 255])],
    ["a sequence beyond the message", opMsg(0, body(insert), [1, 99, 0, 0, 0], Buffer.from("a\0"))],
    ["a sequence without a whole length", opMsg(0, body(insert), [1, 9])],
    ["an identifier without an end", opMsg(0, body(insert), [1, 6, 0, 0, 0], Buffer.from("ab"))],
    ["two sequences of one name", opMsg(0, body(insert), sequence("documents"), sequence("documents"))],
    ["a sequence that repeats a field", opMsg(0, body({ ...insert, documents: [] }), sequence("documents"))],
    ["a sequence that repeats the command", opMsg(0, body(insert), sequence("insert"))],
    ["a sequence that names the database", opMsg(0, body(insert), sequence("$db"))],
    ["too many sequences", opMsg(0, body(insert), ...Array.from({ length: 17 }, (_, n) => sequence(`s${n}`)))],
    ["a required flag that nobody knows", opMsg(4, body(insert))],
    ["the last required flag", opMsg(0x8000, body(insert))],
    ["a checksum that is wrong", Buffer.concat([withChecksum(opMsg(0, body(insert))).subarray(0, -4), uint32(0)])],
    ["a checksum that is not there", opMsg(1, body(insert))],
    ["room for nothing but a part of a checksum", opMsg(1, [1, 2])],
  ])("with %s is refused", (_, bytes) => {
    expect(() => decode(bytes)).toThrow("protocol/malformed");
  });

  it("has documents that are checked as they are reached", () => {
    const broken = Buffer.concat([
      Buffer.of(1),
      uint32(4 + 2 + 5 + 3),
      Buffer.from("a\0"),
      serialize({}),
      Buffer.of(1, 2, 3),
    ]);
    const [only] = decode(opMsg(0, body(insert), broken)).sequences;
    if (only === undefined) throw new Error("it has no sequence");
    const walk = documentsOf(only, "protocol/malformed");
    expect(walk.next().done).toBe(false);
    expect(() => walk.next()).toThrow("protocol/malformed");
  });

  it("of any bytes makes a message or a GatewayError", () => {
    const start = withChecksum(opMsg(0, body(insert), sequence("documents", { a: 1 })));
    const changes = fc.array(fc.tuple(fc.integer({ min: 16, max: start.length - 1 }), fc.nat(255)), { maxLength: 5 });
    fc.assert(
      fc.property(changes, fc.nat(start.length), (all, length) => {
        const bytes = Buffer.from(start);
        for (const [at, value] of all) bytes.writeUInt8(value, at);
        for (const end of [bytes.length, length]) {
          try {
            const message = decodeOpMsg(bytes, 0, end, "protocol/malformed");
            for (const each of message.sequences) for (const _ of documentsOf(each, "protocol/malformed"));
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("OP_QUERY", () => {
  const name = Buffer.from("admin.$cmd\0");
  const hello = serialize({ isMaster: 1 });

  it.each([1, -1])("is taken for a command on admin, %d returned", (wanted) => {
    const bytes = whole(2004, uint32(4), name, uint32(0), uint32(wanted >>> 0), hello);
    const { requestId, body: command } = decodeOpQuery(bytes, 0, bytes.length);
    expect(requestId).toBe(7);
    expect(deserialize(command.bytes.subarray(command.start, command.end))).toEqual({ isMaster: 1 });
  });

  it.each<[string, Buffer, string]>([
    [
      "another database",
      whole(2004, uint32(0), Buffer.from("shop.$cmd\0"), uint32(0), uint32(1), hello),
      "unsupported",
    ],
    ["a collection", whole(2004, uint32(0), Buffer.from("admin.users\0"), uint32(0), uint32(1), hello), "unsupported"],
    ["something to skip", whole(2004, uint32(0), name, uint32(1), uint32(1), hello), "unsupported"],
    ["several to return", whole(2004, uint32(0), name, uint32(0), uint32(2), hello), "unsupported"],
    ["fields to return", whole(2004, uint32(0), name, uint32(0), uint32(1), hello, serialize({ a: 1 })), "unsupported"],
    ["a name without an end", whole(2004, uint32(0), Buffer.from("admin.$cmd")), "malformed"],
    ["nothing behind the name", whole(2004, uint32(0), name), "malformed"],
    ["a command that is cut", whole(2004, uint32(0), name, uint32(0), uint32(1), hello.slice(0, -1)), "malformed"],
    ["nothing", whole(2004), "malformed"],
  ])("of %s is refused", (_, bytes, code) => {
    expect(() => decodeOpQuery(bytes, 0, bytes.length)).toThrow(`protocol/${code}`);
  });
});

describe("replies", () => {
  it("come in the form of the request", () => {
    const now = encodeReply({ requestId: 7, form: "OP_MSG" }, { ok: 1 });
    expect(decodeMessageHeader(now, 0)).toMatchObject({ length: now.length, responseTo: 7, opCode: 2013 });
    expect(now).toEqual(encodeOpMsg({ requestId: 0, responseTo: 7, body: Buffer.from(serialize({ ok: 1 })) }));
    const then = encodeReply({ requestId: 7, form: "OP_QUERY" }, { ok: 1 });
    expect(decodeMessageHeader(then, 0)).toMatchObject({ length: then.length, responseTo: 7, opCode: 1 });
    expect(deserialize(then.subarray(36))).toEqual({ ok: 1 });
    expect(then.readInt32LE(32)).toBe(1);
  });
});
