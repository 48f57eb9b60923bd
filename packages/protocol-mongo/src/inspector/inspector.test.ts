import { Binary, deserialize, Long, type Document } from "bson";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { everySplit } from "../../../../test/support/every-split.ts";
import { mongoMessage, mongoMsg, mongoQuery } from "../../../../test/support/mongo-messages.ts";
import { createMongoFramer } from "../framer.ts";
import { crc32c } from "../messages/crc32c.ts";
import { msgFlag } from "../messages/op-msg.ts";
import { TestConversation } from "./testing/conversation.ts";

const find = { find: "t", filter: {}, $db: "shop" };
const uuid = (byte: number): Binary => new Binary(Buffer.alloc(16, byte), Binary.SUBTYPE_UUID);

function ask(command: Document, flags = 0, requestId = 1): Buffer {
  return mongoMsg({ ...command, $db: "shop" }, { requestId, flags });
}

function answer(document: Document, responseTo = 1, flags = 0): Buffer {
  return mongoMsg(document, { requestId: 900, responseTo, flags });
}

function bodyOf(message: Buffer | undefined): Document {
  return deserialize(message?.subarray(21) ?? Buffer.alloc(0), { useBigInt64: true });
}

/** What lies in a document at this path. */
function at(document: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((outer, name) => (isObject(outer) ? outer[name] : undefined), document);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function withChecksum(message: Buffer): Buffer {
  const longer = Buffer.concat([message, Buffer.alloc(4)]);
  longer.writeInt32LE(longer.length, 0);
  longer.writeUInt32LE(longer.readUInt32LE(16) | msgFlag.checksumPresent, 16);
  longer.writeUInt32LE(crc32c(longer, 0, message.length), message.length);
  return longer;
}

describe("a command", () => {
  it("passes as the bytes that came, and so does its answer", async () => {
    const talk = await TestConversation.begin();
    const reply = answer({ cursor: { firstBatch: [{ a: 1 }, { a: 2 }], id: 0n, ns: "shop.t" }, ok: 1 });
    const { step, judged } = talk.client(ask(find));
    expect(step).toBe("judge");
    expect(judged).toMatchObject([
      { stage: "run", parsed: { verbs: ["read"], text: '{"find":"t","filter":{},"$db":"shop"}' } },
    ]);
    expect(talk.busy).toBe(true);
    talk.server(reply);
    expect(talk.busy).toBe(false);
    expect(talk.toServer).toEqual([ask(find)]);
    expect(talk.toClient).toEqual([reply]);
    expect(talk.outcomes).toEqual([{ permit: "1", result: "completed", code: "ok", rows: 2 }]);
  });

  it("that fails is told as the server says it", async () => {
    const talk = await TestConversation.begin();
    talk.client(ask(find));
    talk.server(answer({ ok: 0, code: 26, errmsg: "no" }));
    expect(talk.outcomes).toEqual([{ permit: "1", result: "failed", code: "26", rows: 0 }]);
    expect(talk.told).toMatchObject({ code: 26 });
  });

  it("waits while another is open", async () => {
    const talk = await TestConversation.begin();
    talk.client(ask(find));
    const until = talk.waiting(ask(find, 0, 2));
    talk.server(answer({ ok: 1 }));
    await until;
    expect(talk.client(ask(find, 0, 2)).step).toBe("judge");
  });

  it("that is denied never reaches the server, is answered, and the next one passes", async () => {
    const talk = await TestConversation.begin(["drop"]);
    expect(talk.client(ask({ drop: "t" }, 0, 5)).step).toBe("refuse");
    expect(talk.toServer).toEqual([]);
    expect(talk.toClient[0]?.readInt32LE(8)).toBe(5);
    expect(talk.told).toMatchObject({ ok: 0, code: 13, codeName: "Unauthorized" });
    expect(talk.told).not.toHaveProperty("errorLabels");
    expect(talk.client(ask({ ping: 1 })).step).toBe("judge");
  });

  it.each([
    ["is not known", { frobnicate: 1, secret: "s3cret" }, 59, '{"frobnicate":"[not read]"}'],
    ["logs in again", { saslStart: 1, payload: "s3cret" }, 9, '{"saslStart":"[not read]"}'],
    ["has a field too many", { find: "t", surprise: 1 }, 9, '{"find":"t","surprise":1,"$db":"shop"}'],
    ["has a session of two parts", { ping: 1, lsid: { id: uuid(1), uid: uuid(2) } }, 9, '{"ping":1,"$db":"shop"}'],
    ["has a session that is no UUID", { ping: 1, lsid: { id: new Binary(Buffer.alloc(16), 0) } }, 9, undefined],
    ["has no session in its session", { ping: 1, lsid: 5 }, 9, undefined],
    ["ends sessions in a document", { endSessions: { 0: { id: uuid(1) } } }, 9, undefined],
    ["kills cursors in a document", { killCursors: "t", cursors: { 0: Long.fromNumber(5) } }, 9, undefined],
    ["kills a cursor of 32 bits", { killCursors: "t", cursors: [5] }, 9, undefined],
    ["goes on with a cursor of another type", { getMore: 7, collection: "t" }, 9, undefined],
  ])(
    "that %s is refused, recorded, and nothing of it is kept that was not read",
    async (_what, command, code, text) => {
      const talk = await TestConversation.begin();
      const { step, judged } = talk.client(ask(command));
      expect(step).toBe("refuse");
      expect(judged).toMatchObject([{ parsed: { verbs: ["unknown"] } }]);
      if (text !== undefined) expect(judged[0]?.parsed.text).toBe(text);
      expect(JSON.stringify(judged)).not.toContain("s3cret");
      expect(talk.told).toMatchObject({ ok: 0, code });
      expect(talk.toServer).toEqual([]);
      expect(talk.client(ask({ ping: 1 })).step).toBe("judge");
    },
  );

  it.each([undefined, 1, "", "a.b", "a b", "$cmd", "a\0b", "x".repeat(64)])(
    "in the database %j is refused",
    async ($db) => {
      const talk = await TestConversation.begin();
      expect(talk.client(mongoMsg({ ping: 1, $db }, {})).step).toBe("refuse");
      expect(talk.told).toMatchObject({ code: 9 });
    },
  );

  it.each(["shop", "$external", "Käse:1"])("in the database %j is read", async ($db) => {
    const talk = await TestConversation.begin();
    expect(talk.client(mongoMsg({ ping: 1, $db })).step).toBe("judge");
  });
});

describe("a conversation", () => {
  it("is the same however its bytes arrive", async () => {
    const messages = [
      ask({ ping: 1 }),
      ask({ insert: "t", documents: [{ a: 1 }] }, msgFlag.moreToCome),
      ask(find, 0, 3),
    ];
    for (const chunks of everySplit(Buffer.concat(messages))) {
      const talk = await TestConversation.begin();
      const framer = createMongoFramer("client");
      for (const chunk of chunks) {
        framer.push(chunk);
        for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
          const { chunk: bytes, start, end } = frame;
          expect(talk.client(bytes.subarray(start, end)).step).toBe("judge");
          if (talk.busy) talk.server(answer({ ok: 1 }, bytes.readInt32LE(start + 4)));
        }
      }
      expect(Buffer.concat(talk.toServer)).toEqual(Buffer.concat(messages));
    }
  });
});

describe("requests that want no answer", () => {
  it("get none, whether they pass or not", async () => {
    const talk = await TestConversation.begin(["drop"]);
    talk.client(ask({ insert: "t", documents: [{}] }, msgFlag.moreToCome));
    expect(talk.client(ask({ drop: "t" }, msgFlag.moreToCome)).step).toBe("refuse");
    expect(talk.client(ask({ frobnicate: 1 }, msgFlag.moreToCome)).step).toBe("refuse");
    expect(talk.client(ask({ hello: 1 }, msgFlag.moreToCome)).step).toBe("drop");
    expect(talk.toClient).toEqual([]);
    expect(talk.toServer).toHaveLength(1);
    expect(talk.busy).toBe(false);
  });

  it("keep their silence when a server answers them", async () => {
    const talk = await TestConversation.begin();
    talk.client(ask({ insert: "t", documents: [{}] }, msgFlag.moreToCome, 3));
    talk.client(ask(find, 0, 4));
    talk.server(answer({ n: 1, ok: 1 }, 3), answer({ ok: 1 }, 4));
    expect(talk.toClient).toHaveLength(1);
    expect(talk.outcomes.map(({ permit, rows }) => `${permit} ${rows}`)).toEqual(["1 1", "2 0"]);
    expect(() => talk.server(answer({ ok: 1 }, 3))).toThrow("server/malformed");
  });
});

describe("hello after the login", () => {
  it("is answered by the gateway, in either form", async () => {
    const talk = await TestConversation.begin();
    expect(talk.client(ask({ hello: 1, speculativeAuthenticate: { saslStart: 1 } })).step).toBe("reply");
    expect(talk.told).toMatchObject({ isWritablePrimary: true, ok: 1 });
    expect(talk.told).not.toHaveProperty("speculativeAuthenticate");
    expect(talk.client(mongoQuery({ isMaster: 1 })).step).toBe("reply");
    expect(talk.told).toMatchObject({ ismaster: true, ok: 1 });
    expect(talk.toServer).toEqual([]);
  });

  it("is all that is taken of the old protocol", async () => {
    const talk = await TestConversation.begin();
    expect(() => talk.client(mongoQuery({ dropDatabase: 1 }))).toThrow("OP_QUERY");
  });
});

describe("what is too much", () => {
  it("of documents is refused, and the session goes on", async () => {
    const talk = await TestConversation.begin();
    const empty = Buffer.of(5, 0, 0, 0, 0);
    const list = Buffer.concat([Buffer.from("documents\0"), ...Array.from({ length: 100_001 }, () => empty)]);
    const length = Buffer.alloc(4);
    length.writeInt32LE(list.length + 4);
    const message = Buffer.concat([ask({ insert: "t" }), Buffer.of(1), length, list]);
    message.writeInt32LE(message.length, 0);
    expect(talk.client(message).step).toBe("refuse");
    expect(talk.client(ask({ ping: 1 })).step).toBe("judge");
  });

  it("for one document is refused, and the session goes on", async () => {
    const talk = await TestConversation.begin();
    expect(
      talk.client(ask({ insert: "t", documents: [], comment: "x".repeat(16 * 1024 * 1024 + 16 * 1024) })).step,
    ).toBe("refuse");
    expect(talk.client(ask({ ping: 1 })).step).toBe("judge");
  });
});

describe("numbers", () => {
  it("of cursors and sessions are the principal's own on both ways, and nothing else changes", async () => {
    const talk = await TestConversation.begin();
    const lsid = { id: uuid(9) };
    talk.client(ask({ ...find, lsid }));
    const sent = bodyOf(talk.toServer[0]);
    const sealed = at(sent, "lsid", "id");
    expect(sealed).not.toEqual(lsid.id);
    expect({ ...sent, lsid }).toEqual(bodyOf(ask({ ...find, lsid })));
    const cursor = { firstBatch: [{ id: 77n, cursor: { id: 77n } }], id: 77n, ns: "shop.t" };
    talk.server(answer({ cursor, ok: 1 }));
    const id = at(talk.told, "cursor", "id");
    expect(id).not.toBe(77n);
    expect(talk.told).toEqual({ cursor: { ...cursor, id }, ok: 1 });

    talk.client(ask({ getMore: id, collection: "t" }));
    expect(bodyOf(talk.toServer[1])).toMatchObject({ getMore: 77n });
    talk.server(answer({ cursor: { nextBatch: [], id: 77n, ns: "shop.t" }, ok: 1 }));
    expect(at(talk.told, "cursor", "id")).toBe(id);

    talk.client(ask({ killCursors: "t", cursors: [id] }));
    expect(bodyOf(talk.toServer[2])).toMatchObject({ cursors: [77n] });
    talk.server(answer({ cursorsKilled: [77n], cursorsNotFound: [], ok: 1 }));
    expect(talk.told).toMatchObject({ cursorsKilled: [id] });

    talk.client(ask({ endSessions: [lsid] }));
    expect(bodyOf(talk.toServer[3])).toMatchObject({ endSessions: [{ id: sealed }] });
    talk.server(answer({ ok: 1 }));

    talk.client(ask({ startSession: 1 }));
    talk.server(answer({ id: { id: sealed }, ok: 1 }));
    expect(at(talk.told, "id")).toEqual({ id: lsid.id });
  });

  it("of one principal mean nothing under another's login", async () => {
    const [mine, theirs] = [await TestConversation.begin(), await TestConversation.begin([], 2)];
    mine.client(ask(find));
    mine.server(answer({ cursor: { firstBatch: [], id: 77n, ns: "shop.t" }, ok: 1 }));
    const getMore = ask({ getMore: at(mine.told, "cursor", "id"), collection: "t" });
    theirs.client(getMore);
    expect(at(bodyOf(theirs.toServer[0]), "getMore")).not.toBe(77n);
    mine.client(getMore);
    expect(at(bodyOf(mine.toServer[1]), "getMore")).toBe(77n);
  });

  it("of no known type end the session", async () => {
    const talk = await TestConversation.begin();
    talk.client(ask(find));
    expect(() => talk.server(answer({ cursor: { firstBatch: [], id: 5 }, ok: 1 }))).toThrow("64-bit");
  });

  it("change the checksum where there is one, and exhaust is not asked for", async () => {
    const talk = await TestConversation.begin();
    talk.client(withChecksum(ask({ ...find, lsid: { id: uuid(1) } }, msgFlag.exhaustAllowed)));
    const sent = talk.toServer[0] ?? Buffer.alloc(0);
    expect(sent.readUInt32LE(16)).toBe(msgFlag.checksumPresent);
    expect(sent.readUInt32LE(sent.length - 4)).toBe(crc32c(sent, 0, sent.length - 4));
  });
});

describe("a server", () => {
  it.each([
    ["answers what nobody asked", answer({ ok: 1 }, 7)],
    ["sends more than was asked for", answer({ ok: 1 }, 1, msgFlag.moreToCome)],
    ["answers in no document", mongoMessage(2013, 5, Buffer.from([0, 0, 0, 0, 0, 9, 0, 0]), 1)],
  ])("that %s ends the session", async (_what, message) => {
    const talk = await TestConversation.begin();
    talk.client(ask(find));
    expect(() => talk.server(message)).toThrow("server/malformed");
  });

  it("that goes away is told of in the place of the answer that is due, and of no other", async () => {
    const talk = await TestConversation.begin();
    expect(talk.farewell()).toHaveLength(0);
    talk.client(ask(find, 0, 6));
    expect(talk.farewell().readInt32LE(8)).toBe(6);
    expect(bodyOf(talk.farewell())).toMatchObject({ ok: 0, code: 6 });
  });
});

describe("whatever is sent in whatever order", () => {
  const names = fc.constantFrom(
    "find",
    "drop",
    "hello",
    "saslStart",
    "getMore",
    "frobnicate",
    "insert",
    "explain",
    "aggregate",
  );
  const values = fc.constantFrom<unknown>("t", 1, 7n, {}, [], null, [{ $out: "x" }], { find: "t" }, { id: uuid(3) });
  const fields = fc.constantFrom(
    "filter",
    "lsid",
    "$db",
    "pipeline",
    "documents",
    "collection",
    "x",
    "startTransaction",
  );
  const command = fc
    .tuple(names, values, fc.array(fc.tuple(fields, values), { maxLength: 4 }))
    .map(([name, value, more]) => ({ [name]: value, $db: "shop", ...Object.fromEntries(more) }));
  const flags = fc.constantFrom(0, msgFlag.moreToCome, msgFlag.exhaustAllowed);
  const flip = fc.option(fc.tuple(fc.nat(200), fc.nat(255)), { nil: undefined });

  it("makes nothing but a GatewayError, and nothing goes to the server that was not allowed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(command, flags, flip, fc.boolean())), async (messages) => {
        const talk = await TestConversation.begin(["drop", "insert", "admin"]);
        let allowed = 0;
        try {
          for (const [index, [document, flag, change, isAnswered]] of messages.entries()) {
            const message = mongoMsg(document, { requestId: index, flags: flag });
            if (change !== undefined && 16 + change[0] < message.length) message[16 + change[0]] = change[1];
            const { step, judged } = talk.client(message);
            if (step === "judge") allowed++;
            else expect(["refuse", "reply", "drop", "wait"]).toContain(step);
            if (step === "judge") {
              const verbs = judged.flatMap(({ parsed }) => parsed.verbs);
              expect(verbs).not.toEqual([]);
              expect(
                ["unknown", "drop", "insert", "admin"].filter((verb) => verbs.some((each) => each === verb)),
              ).toEqual([]);
            }
            if (talk.busy && isAnswered) talk.server(answer({ ok: 1, cursor: { id: 5n, firstBatch: [] } }, index));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
        expect(talk.toServer).toHaveLength(allowed);
      }),
      { numRuns: 300 },
    );
  });
});
