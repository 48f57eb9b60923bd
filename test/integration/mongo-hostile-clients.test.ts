import { setTimeout as delay } from "node:timers/promises";
import { Binary, serialize, type Document } from "bson";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoginPermit, LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { createScramClient } from "@sallyport/shared/scram/scram-client";
import { Secret } from "@sallyport/shared/secret";
import { deriveTicketVerifier } from "@sallyport/shared/ticket-verifier";
import type { Greeting, GreetingDoor } from "../support/greeting-door.ts";
import { openMongoDoor } from "../support/mongo-door.ts";
import { mongoMessage, mongoMsg, mongoQuery, mongoReplies } from "../support/mongo-messages.ts";
import { connectDirectTls, connectScripted, type ScriptedClient } from "../support/scripted-client.ts";

const facts = { version: "8.0.4", settings: { topology: "standalone" } };
const hello = { hello: 1, $db: "admin" };
const HEADER_BYTES = 16;

function codeOf(greeting: Greeting): string {
  return greeting instanceof GatewayError ? greeting.code : greeting.kind;
}

function payload(text: string): Binary {
  return new Binary(Buffer.from(text));
}

async function isEmpty(door: GreetingDoor): Promise<void> {
  while ((await door.openConnections()) > 0) await delay(2);
}

/** The next reply; undefined once the gateway has ended. */
async function reply(client: ScriptedClient): Promise<Document | undefined> {
  const header = await client.receive(HEADER_BYTES);
  if (header.length < HEADER_BYTES) return undefined;
  const rest = await client.receive(header.readInt32LE(0) - HEADER_BYTES);
  return mongoReplies(Buffer.concat([header, rest]))[0];
}

async function ask(client: ScriptedClient, command: Document): Promise<Document | undefined> {
  await client.send(mongoMsg(command));
  return reply(client);
}

function permit(): LoginPermit {
  return { session: "s", spend: () => undefined };
}

async function byTicket(talk: LoginTalk): Promise<void> {
  if (await talk.askProof(await deriveTicketVerifier(new Secret("good secret")))) await talk.welcome(permit(), facts);
  else await talk.reject(new GatewayError("login/failed", "a bad ticket"));
}

describe("bytes that no client sends", () => {
  const header = (length: number, opCode: number): Buffer => {
    const bytes = mongoMessage(opCode, 1, Buffer.alloc(0));
    bytes.writeInt32LE(length);
    return bytes;
  };
  it.each<[string, Buffer, string]>([
    ["a length of nothing", header(0, 2013), "protocol/malformed"],
    ["a length below the header's", header(15, 2013), "protocol/malformed"],
    ["a negative length", header(-1, 2013), "protocol/malformed"],
    ["a length beyond the bound", header(16 * 1024 + 1, 2013), "protocol/malformed"],
    ["the greatest length", header(2 ** 31 - 1, 2013), "protocol/malformed"],
    ["a compressed message", header(64, 2012), "protocol/unsupported"],
    ["an insert of old", header(64, 2002), "protocol/unsupported"],
    ["a reply", header(64, 1), "protocol/unsupported"],
    ["a web request", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "protocol/unsupported"],
    ["a greeting of PostgreSQL", Buffer.from("0000000804d2162f0000000804d2162f", "hex"), "protocol/unsupported"],
  ])("%s: closed at once, without a word", async (_, bytes, code) => {
    await using door = await openMongoDoor({ plaintextAllowed: true });
    const client = await connectScripted(door.port);
    await client.send(bytes);
    expect(await client.receiveAll()).toHaveLength(0);
    expect(codeOf(await door.nextGreeting())).toBe(code);
    await isEmpty(door);
  });

  it.each<[string, Buffer]>([
    ["no document", mongoMessage(2013, 1, Buffer.alloc(4))],
    ["a document that lies", mongoMessage(2013, 1, Buffer.from("0000000000ffffff7f00", "hex"))],
    ["no command", mongoMsg({})],
    ["a field twice", mongoMessage(2013, 1, Buffer.concat([Buffer.alloc(5), twice()]))],
    ["a request that wants no reply", mongoMsg(hello, { flags: 2 })],
    ["an old query of a collection", mongoMessage(2004, 1, Buffer.from("00000000612e62000000000001000000", "hex"))],
    ["a bad checksum", mongoMsg(hello, { flags: 1 })],
  ])("%s: told, and closed", async (_, bytes) => {
    await using door = await openMongoDoor({ plaintextAllowed: true });
    const client = await connectScripted(door.port);
    await client.send(bytes);
    const replies = mongoReplies(await client.receiveAll());
    expect(replies).toMatchObject([{ ok: 0 }]);
    expect(codeOf(await door.nextGreeting())).toMatch(/^(protocol|policy)\//);
    await isEmpty(door);
  });

  it("of any kind get an answer or an end, and leave nothing", async () => {
    await using door = await openMongoDoor({ plaintextAllowed: true, onLogin: byTicket });
    const changes = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const start = Buffer.concat([
      mongoQuery({ isMaster: 1, helloOk: true, client: { driver: { name: "x" } } }),
      mongoMsg({ saslStart: 1, mechanism: "SCRAM-SHA-256", payload: payload("n,,n=a~1,r=abc"), $db: "admin" }),
    ]);
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const bytes = Buffer.from(start);
        for (const [at, value] of all) bytes.writeUInt8(value, at % bytes.length);
        const client = await connectScripted(door.port);
        await client.send(bytes);
        client.end();
        await client.receiveAll();
        const greeting = await door.nextGreeting();
        expect(codeOf(greeting)).not.toBe("internal/unexpected");
      }),
      { numRuns: 150 },
    );
    await isEmpty(door);
  });
});

function twice(): Buffer {
  const bytes = Buffer.from(serialize({ hello: 1, hellp: 1 }));
  bytes.write("o", bytes.lastIndexOf("p"));
  return bytes;
}

describe("a client that came to look", () => {
  it("is answered as often as it asks, in either form", async () => {
    await using door = await openMongoDoor({ plaintextAllowed: true, likelyServers: [facts] });
    const client = await connectScripted(door.port);
    await client.send(mongoQuery({ ismaster: 1, helloOk: true }));
    expect(await reply(client)).toMatchObject({ ismaster: true, helloOk: true, ok: 1 });
    for (let turn = 0; turn < 100; turn++) {
      await client.send(mongoMsg({ ...hello, topologyVersion: {}, maxAwaitTimeMS: 10_000 }, { flags: 65_536 }));
      expect(await reply(client)).toMatchObject({ isWritablePrimary: true, ok: 1 });
    }
    client.end();
    expect(codeOf(await door.nextGreeting())).toBe("gone");
  });

  it("is refused everything else, a few times", async () => {
    await using door = await openMongoDoor({ plaintextAllowed: true });
    const client = await connectScripted(door.port);
    let refused = 0;
    for (;;) {
      const answer = await ask(client, { listDatabases: 1, $db: "admin" });
      if (answer === undefined) break;
      expect(answer).toMatchObject({ ok: 0 });
      refused++;
    }
    expect(refused).toBeGreaterThan(10);
    expect(codeOf(await door.nextGreeting())).toBe("protocol/out-of-order");
  });

  it("may hang up at any time", async () => {
    await using door = await openMongoDoor();
    const client = await connectScripted(door.port);
    client.end();
    expect(codeOf(await door.nextGreeting())).toBe("gone");
    (await connectScripted(door.port)).reset();
    expect(codeOf(await door.nextGreeting())).toBe("gone");
    await isEmpty(door);
  });

  it("may begin TLS and nothing after it", async () => {
    await using door = await openMongoDoor();
    const socket = await connectDirectTls(door.port, { ca: door.ca });
    socket.end();
    expect(codeOf(await door.nextGreeting())).toBe("gone");
    await isEmpty(door);
  });
});

describe("a login", () => {
  async function start(
    client: ScriptedClient,
    options?: Document,
  ): Promise<{
    challenge: Document;
    prove: (change?: Document) => Promise<Document | undefined>;
    verify: (answer: Document) => void;
  }> {
    const scram = createScramClient({
      user: "a~1",
      password: new Secret("good secret"),
      binding: { kind: "impossible" },
    });
    const mechanism = "SCRAM-SHA-256";
    const challenge = await ask(client, {
      saslStart: 1,
      mechanism,
      payload: payload(scram.first()),
      options,
      $db: "admin",
    });
    if (challenge === undefined) throw new Error("there was no challenge");
    const proof = await scram.final(textIn(challenge));
    return {
      challenge,
      prove: (change = {}) =>
        ask(client, { saslContinue: 1, conversationId: 1, payload: payload(proof), $db: "admin", ...change }),
      verify: (answer) => scram.verify(textIn(answer)),
    };
  }

  it("ends with the proof of the server, or an empty exchange where the client has it so", async () => {
    await using door = await openMongoDoor({ plaintextAllowed: true, onLogin: byTicket });
    const short = await connectScripted(door.port);
    const one = await start(short, { skipEmptyExchange: true });
    const proven = await one.prove();
    expect(proven).toMatchObject({ done: true, ok: 1 });
    one.verify(proven ?? {});
    const long = await connectScripted(door.port);
    const two = await start(long);
    const half = await two.prove();
    expect(half).toMatchObject({ done: false, ok: 1 });
    two.verify(half ?? {});
    expect(await two.prove({ payload: payload("") })).toMatchObject({ done: true, ok: 1 });
  });

  it.each<[string, Document]>([
    ["a conversation that there is not", { conversationId: 2 }],
    ["no conversation", { conversationId: undefined }],
    ["the proof of another", { payload: payload("c=biws,r=x,p=AAAA") }],
    ["no proof", { payload: payload("") }],
    ["bytes that are no text", { payload: new Binary(Buffer.of(0xff, 0xfe)) }],
  ])("that goes on with %s fails", async (_, change) => {
    await using door = await openMongoDoor({ plaintextAllowed: true, onLogin: byTicket });
    const client = await connectScripted(door.port);
    const { prove } = await start(client, { skipEmptyExchange: true });
    expect(await prove(change)).toMatchObject({ ok: 0 });
    expect(await client.receiveAll()).toHaveLength(0);
  });

  it.each<[string, Document]>([
    ["hello", hello],
    ["a statement", { find: "t", $db: "shop" }],
    ["another beginning", { saslStart: 1, mechanism: "PLAIN", payload: payload("\0a\0b"), $db: "admin" }],
  ])("that is interrupted by %s fails", async (_, command) => {
    await using door = await openMongoDoor({ plaintextAllowed: true, onLogin: byTicket });
    const client = await connectScripted(door.port);
    await start(client);
    expect(await ask(client, command)).toMatchObject({ ok: 0, code: 17 });
    expect(await client.receiveAll()).toHaveLength(0);
  });

  it.each<[string, Document, number]>([
    ["no mechanism", { payload: payload("") }, 18],
    ["a mechanism that there is not", { mechanism: "GSSAPI", payload: payload("") }, 18],
    ["PLAIN for another user", { mechanism: "PLAIN", payload: payload("root\0alice\0x") }, 18],
    ["PLAIN without a user", { mechanism: "PLAIN", payload: payload("\0\0x") }, 18],
    ["PLAIN of one part", { mechanism: "PLAIN", payload: payload("x") }, 17],
    ["PLAIN of many parts", { mechanism: "PLAIN", payload: payload("\0a\0b\0c") }, 17],
    ["SCRAM without a user", { mechanism: "SCRAM-SHA-256", payload: payload("n,,n=,r=abc") }, 18],
    ["SCRAM for another user", { mechanism: "SCRAM-SHA-256", payload: payload("n,a=root,n=a,r=abc") }, 17],
    ["SCRAM that is nothing", { mechanism: "SCRAM-SHA-256", payload: payload("") }, 17],
    ["OIDC without a token", { mechanism: "MONGODB-OIDC", payload: new Binary(serialize({ n: "alice" })) }, 18],
    ["OIDC that is no document", { mechanism: "MONGODB-OIDC", payload: payload("eyJ") }, 17],
  ])("that begins with %s is refused", async (_, command, code) => {
    await using door = await openMongoDoor({ plaintextAllowed: true, onLogin: byTicket });
    const client = await connectScripted(door.port);
    expect(await ask(client, { saslStart: 1, ...command, $db: "admin" })).toMatchObject({ ok: 0, code });
    expect(await client.receiveAll()).toHaveLength(0);
  });

  it("that names a certificate is refused in the same words", async () => {
    await using door = await openMongoDoor({ plaintextAllowed: true });
    const client = await connectScripted(door.port);
    const command = { authenticate: 1, mechanism: "MONGODB-X509", $db: "$external" };
    expect(await ask(client, command)).toMatchObject({ ok: 0, code: 18 });
  });

  it("may be sent along with a hello, and is not taken for another's then", async () => {
    await using door = await openMongoDoor({
      plaintextAllowed: true,
      onLogin: async (talk) => {
        await talk.askToken();
        await talk.welcome(permit(), facts);
      },
    });
    const speculate = async (again: string): Promise<Document | undefined> => {
      const client = await connectScripted(door.port);
      const speculativeAuthenticate = {
        saslStart: 1,
        mechanism: "SCRAM-SHA-256",
        payload: payload("n,,n=alice,r=abc"),
        db: "admin",
      };
      const answer = await ask(client, { ...hello, speculativeAuthenticate });
      expect(answer).toMatchObject({ ok: 1 });
      expect(answer).not.toHaveProperty("speculativeAuthenticate");
      return ask(client, { saslStart: 1, mechanism: "PLAIN", payload: payload(again), $db: "admin" });
    };
    expect(await speculate("\0alice\0token")).toMatchObject({ ok: 1, done: true });
    expect(await speculate("\0bob\0token")).toMatchObject({ ok: 0 });
  });
});

function textIn(answer: Document): string {
  const bytes: unknown = answer["payload"];
  if (bytes instanceof Binary) return Buffer.from(bytes.value()).toString();
  throw new Error("the reply has no payload");
}
