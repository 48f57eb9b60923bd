import { once } from "node:events";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectTls, type TLSSocket } from "node:tls";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capability, flagsOf } from "@sallyport/protocol-mysql/messages/capabilities";
import { encodeHandshakeResponse, type HandshakeResponse } from "@sallyport/protocol-mysql/messages/handshake-response";
import { encodeSslRequest } from "@sallyport/protocol-mysql/messages/ssl-request";
import type { LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { deriveTicketVerifier, mockTicketVerifier } from "@sallyport/shared/ticket-verifier";
import type { Greeting, GreetingDoor } from "../support/greeting-door.ts";
import { openMysqlDoor } from "../support/mysql-door.ts";
import { packet } from "../support/mysql-packets.ts";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";

const usual = flagsOf(
  capability.MYSQL,
  capability.PROTOCOL_41,
  capability.SECURE_CONNECTION,
  capability.PLUGIN_AUTH,
  capability.PLUGIN_AUTH_LENENC_DATA,
  capability.CONNECT_WITH_DB,
);
const encrypted = flagsOf(usual, capability.SSL);
const NUL = Buffer.alloc(1);

function response(change: Partial<HandshakeResponse> = {}): Buffer {
  return encodeHandshakeResponse({
    capabilities: usual,
    mariadbCapabilities: 0,
    maxPacketBytes: 0x100_0000,
    collation: 45,
    user: "alice",
    proof: Buffer.alloc(32, 5),
    database: "shop",
    plugin: "caching_sha2_password",
    attributes: [],
    ...change,
  });
}

const sslRequest = encodeSslRequest({
  capabilities: encrypted,
  mariadbCapabilities: 0,
  maxPacketBytes: 0x100_0000,
  collation: 45,
});

/** A packet as the gateway sent it. */
interface Received {
  readonly sequence: number;
  readonly payload: Buffer;
}

async function receivePacket(client: ScriptedClient): Promise<Received> {
  const header = await client.receive(4);
  const payload = await client.receive(header.readUIntLE(0, 3));
  return { sequence: header.readUInt8(3), payload };
}

/** Connects and reads the greeting. */
async function connectGreeted(door: GreetingDoor): Promise<{ client: ScriptedClient; greeting: Received }> {
  const client = await connectScripted(door.port);
  return { client, greeting: await receivePacket(client) };
}

/** Starts TLS so that its first bytes leave in one write with what goes in front of them. */
async function gluedTls(door: GreetingDoor, front: Buffer): Promise<TLSSocket> {
  const socket = connect(door.port, "127.0.0.1");
  await once(socket, "data");
  let before = front;
  const glued = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      socket.write(Buffer.concat([before, chunk]), done);
      before = Buffer.alloc(0);
    },
  });
  socket.on("data", (chunk) => glued.push(chunk));
  socket.on("close", () => glued.destroy());
  const secure = connectTls({ socket: glued, ca: door.ca, servername: "localhost" });
  secure.on("error", () => socket.destroy());
  await once(secure, "secureConnect");
  return secure;
}

/** An ERR with this number and sequence id, and nothing behind it. */
function errorIn(bytes: Buffer): { readonly sequence: number; readonly code: number } | undefined {
  if (bytes.length < 7 || bytes.readUIntLE(0, 3) !== bytes.length - 4 || bytes[4] !== 0xff) return undefined;
  return { sequence: bytes.readUInt8(3), code: bytes.readUInt16LE(5) };
}

function codeOf(greeting: Greeting): string {
  return greeting instanceof GatewayError ? greeting.code : greeting.kind;
}

async function isEmpty(door: GreetingDoor): Promise<void> {
  while ((await door.openConnections()) > 0) await delay(2);
}

describe("the greeting", () => {
  it("is the first packet, with the connection's number and a fresh nonce", async () => {
    await using door = await openMysqlDoor();
    const greetings = await Promise.all([connectGreeted(door), connectGreeted(door)]);
    const [one, other] = greetings.map(({ greeting }) => greeting.payload);
    expect(greetings[0]?.greeting.sequence).toBe(0);
    expect(one?.toString("latin1")).toMatch(/^\n8\.0\.34\0\u0007\0\0\0.*caching_sha2_password\0$/s);
    expect(one).not.toEqual(other);
    for (const { client } of greetings) client.end();
  });

  it.each(["end", "reset"] as const)("answered by hanging up (%s) is no failure", async (how) => {
    await using door = await openMysqlDoor();
    const { client } = await connectGreeted(door);
    client[how]();
    expect(codeOf(await door.nextGreeting())).toBe("gone");
    await isEmpty(door);
  });
});

describe("an answer to the greeting", () => {
  it.each<[string, Buffer, number, string]>([
    ["of the largest length", Buffer.from("ffffff01", "hex"), 1835, "protocol/malformed"],
    ["longer than the bound", Buffer.from("01400001", "hex"), 1835, "protocol/malformed"],
    ["with the sequence id 0", packet(0, response()), 1156, "protocol/out-of-order"],
    ["with the sequence id 2", packet(2, response()), 1156, "protocol/out-of-order"],
    ["of nothing", packet(1), 1835, "protocol/malformed"],
    ["of HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n"), 1835, "protocol/malformed"],
    ["of direct TLS", Buffer.from("16030100f5010000f10303", "hex"), 1835, "protocol/malformed"],
    ["cut short inside", packet(1, response().subarray(0, 40)), 1835, "protocol/malformed"],
    ["with bytes behind", packet(1, response(), [0, 0]), 1835, "protocol/malformed"],
    ["of protocol 3.20", packet(1, [0x85, 0x80, 0, 0, 0], "alice\0"), 1047, "protocol/unsupported"],
    [
      "without plugins",
      packet(1, response({ capabilities: flagsOf(capability.PROTOCOL_41, capability.SECURE_CONNECTION) })),
      1047,
      "protocol/unsupported",
    ],
    ["with the flag of TLS and no TLS", packet(1, response({ capabilities: encrypted })), 1835, "protocol/malformed"],
  ])("%s is refused", async (_, bytes, code, errorCode) => {
    await using door = await openMysqlDoor({ plaintextAllowed: true });
    const { client } = await connectGreeted(door);
    await client.send(bytes);
    client.end();
    expect(errorIn(await client.receiveAll())).toMatchObject({ code });
    expect(codeOf(await door.nextGreeting())).toBe(errorCode);
    await isEmpty(door);
  });

  it("that is not encrypted is refused before anything is read from it", async () => {
    await using door = await openMysqlDoor();
    const { client } = await connectGreeted(door);
    await client.send(packet(1, response().subarray(0, 32)));
    expect(errorIn(await client.receiveAll())).toEqual({ sequence: 2, code: 3159 });
    expect(codeOf(await door.nextGreeting())).toBe("login/encryption-required");
  });

  it("may come byte by byte", async () => {
    await using door = await openMysqlDoor({ plaintextAllowed: true });
    const { client } = await connectGreeted(door);
    for (const byte of packet(1, response())) await client.send(Buffer.from([byte]));
    expect(await door.nextGreeting()).toMatchObject({ kind: "login", hello: { user: "alice", database: "shop" } });
    client.end();
  });

  it("of any bytes ends in an error of ours", async () => {
    await using door = await openMysqlDoor({ plaintextAllowed: true });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), fc.nat(1), async (bytes, sequence) => {
        const { client } = await connectGreeted(door);
        await client.send(packet(sequence, Buffer.from(bytes)));
        client.end();
        const greeting = await door.nextGreeting();
        expect(greeting instanceof GatewayError || greeting.kind === "login").toBe(true);
        client.reset();
      }),
      { numRuns: 30 },
    );
  });
});

describe("the request for TLS", () => {
  it("may have the handshake glued behind it", async () => {
    await using door = await openMysqlDoor();
    const socket = await gluedTls(door, packet(1, sslRequest));
    socket.write(packet(2, response({ capabilities: encrypted })));
    expect(await door.nextGreeting()).toMatchObject({ kind: "login", hello: { user: "alice", encrypted: true } });
    socket.destroy();
  });

  it("with a login in clear glued behind it is refused: only TLS may follow", async () => {
    await using door = await openMysqlDoor({ plaintextAllowed: true });
    const { client } = await connectGreeted(door);
    await client.send(packet(1, sslRequest), packet(2, response({ capabilities: encrypted })));
    await client.receiveAll();
    expect(await door.nextGreeting()).toBeInstanceOf(GatewayError);
    await isEmpty(door);
  });

  it("with other capabilities than the login under TLS is refused", async () => {
    await using door = await openMysqlDoor();
    const { client } = await connectGreeted(door);
    await client.send(packet(1, sslRequest));
    await client.startTls({ ca: door.ca });
    await client.send(packet(2, response({ capabilities: flagsOf(encrypted, capability.LOCAL_FILES) })));
    expect(errorIn(await client.receiveAll())).toEqual({ sequence: 3, code: 1835 });
    expect(codeOf(await door.nextGreeting())).toBe("protocol/malformed");
  });

  it("under TLS once more is refused", async () => {
    await using door = await openMysqlDoor();
    const { client } = await connectGreeted(door);
    await client.send(packet(1, sslRequest));
    await client.startTls({ ca: door.ca });
    await client.send(packet(2, sslRequest));
    expect(errorIn(await client.receiveAll())).toEqual({ sequence: 3, code: 1835 });
  });
});

describe("what a client negotiates", () => {
  it("is what both sides have, and what it says of itself is passed on but for what is ours", async () => {
    await using door = await openMysqlDoor({ plaintextAllowed: true });
    const { client } = await connectGreeted(door);
    const everything = flagsOf(0xffff_ffff & ~capability.SSL);
    const attributes = [
      ["program_name", "reports"],
      ["_sallyport_principal", "root"],
      ["__proto__", "x"],
    ] as const;
    await client.send(packet(1, response({ capabilities: everything, attributes }), NUL));
    const talk = await door.nextGreeting();
    if (talk instanceof GatewayError || talk.kind !== "login") throw new Error("no login came about");
    const { capabilities, attributes: passed, ...others } = talk.hello.settings;
    expect(others).toEqual({ mariadbCapabilities: "0", collation: "45" });
    expect(passed).toBe('{"program_name":"reports","__proto__":"x"}');
    for (const name of ["COMPRESS", "ZSTD_COMPRESSION", "QUERY_ATTRIBUTES", "OPTIONAL_RESULTSET_METADATA"] as const) {
      expect([name, Number(capabilities) & capability[name]]).toEqual([name, 0]);
    }
    expect(Number(capabilities) & capability.DEPRECATE_EOF).toBe(capability.DEPRECATE_EOF);
    client.end();
  });
});

describe("asked for its secret", () => {
  const verifier = deriveTicketVerifier(new Secret("good ticket"));
  const outcomes: string[] = [];
  const byTicket = async (talk: LoginTalk): Promise<void> => {
    outcomes.push(String(await talk.askProof(await verifier)));
    await talk.reject(new GatewayError("login/failed", "enough"));
  };
  const byToken = async (talk: LoginTalk): Promise<void> => {
    outcomes.push((await talk.askToken()).reveal());
    await talk.reject(new GatewayError("login/failed", "enough"));
  };
  const clear = (secret: string): Partial<HandshakeResponse> => ({
    plugin: "mysql_clear_password",
    proof: Buffer.from(secret),
  });

  it.each([
    ["a ticket in clear", byTicket, clear("good ticket\0"), "true"],
    ["a wrong ticket in clear", byTicket, clear("bad ticket\0"), "false"],
    ["no ticket in clear", byTicket, clear(""), "false"],
    ["no ticket", byTicket, { proof: Buffer.alloc(0) }, "false"],
    ["a proof of the wrong length without TLS", byTicket, { proof: Buffer.alloc(20, 1) }, "false"],
    ["a token in clear that nobody asked for, on this host", byToken, clear("my token"), "my token"],
  ])("%s is taken for what it is", async (_, onLogin, change, outcome) => {
    outcomes.length = 0;
    await using door = await openMysqlDoor({ plaintextAllowed: true, onLogin });
    const { client } = await connectGreeted(door);
    await client.send(packet(1, response(change)));
    expect(errorIn(await client.receiveAll())).toEqual({ sequence: 2, code: 1045 });
    expect(outcomes).toEqual([outcome]);
  });

  it("a client that began another plugin is switched, with a nonce of its own", async () => {
    outcomes.length = 0;
    await using door = await openMysqlDoor({ plaintextAllowed: true, onLogin: byTicket });
    const { client, greeting } = await connectGreeted(door);
    await client.send(packet(1, response({ plugin: "mysql_native_password", proof: Buffer.alloc(20, 1) })));
    const { sequence, payload } = await receivePacket(client);
    expect([sequence, payload.toString("latin1", 0, 23)]).toEqual([2, "\u00fecaching_sha2_password\0"]);
    expect(payload).toHaveLength(23 + 21);
    expect(greeting.payload.includes(payload.subarray(23, 31))).toBe(false);
    await client.send(packet(3, Buffer.alloc(32, 1)));
    expect(errorIn(await client.receiveAll())).toEqual({ sequence: 4, code: 1045 });
    expect(outcomes).toEqual(["false"]);
  });

  it.each([
    ["a packet out of order", packet(9, "secret\0"), "protocol/out-of-order"],
    ["a packet that is too long", Buffer.from("ffffff03", "hex"), "protocol/malformed"],
    ["a NUL in the token", packet(4, "a\0b\0"), "protocol/malformed"],
    ["nothing", packet(4), "login/failed"],
  ])("%s is refused", async (_, answer, code) => {
    await using door = await openMysqlDoor({ onLogin: byToken });
    const { client } = await connectGreeted(door);
    await client.send(packet(1, sslRequest));
    await client.startTls({ ca: door.ca });
    await client.send(packet(2, response({ capabilities: encrypted })));
    expect(await receivePacket(client)).toEqual({ sequence: 3, payload: Buffer.from("0104", "hex") });
    await client.send(answer);
    expect(errorIn(await client.receiveAll())).toBeDefined();
    expect(codeOf(await door.nextGreeting())).toBe(code);
    await isEmpty(door);
  });

  it("hanging up is told from failing", async () => {
    await using door = await openMysqlDoor({
      plaintextAllowed: true,
      onLogin: async (talk) => void (await talk.askProof(mockTicketVerifier("alice", Buffer.from("key")))),
    });
    const { client } = await connectGreeted(door);
    await client.send(packet(1, response({ plugin: "client_ed25519" })));
    await receivePacket(client);
    client.end();
    expect(codeOf(await door.nextGreeting())).toBe("client/gone");
    await isEmpty(door);
  });
});
