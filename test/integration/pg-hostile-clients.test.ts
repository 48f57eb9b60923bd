import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { mockTicketVerifier } from "@sallyport/shared/ticket-verifier";
import type { Greeting, GreetingDoor } from "../support/greeting-door.ts";
import { openPgDoor } from "../support/pg-door.ts";
import { connectDirectTls, connectScripted } from "../support/scripted-client.ts";

const sslRequest = Buffer.from("0000000804d2162f", "hex");
const gssencRequest = Buffer.from("0000000804d21630", "hex");
const cancelRequest = Buffer.from("0000001004d2162e0000000709090909", "hex");

function startup(version: number, ...parameters: readonly string[]): Buffer {
  const body = Buffer.from([...parameters, ""].map((text) => `${text}\0`).join(""));
  const header = Buffer.alloc(8);
  header.writeInt32BE(8 + body.length);
  header.writeInt32BE(version, 4);
  return Buffer.concat([header, body]);
}

const v30 = 0x3_0000;
const alice = ["user", "alice", "database", "shop"];

function codeOf(greeting: Greeting): string {
  return greeting instanceof GatewayError ? greeting.code : greeting.kind;
}

/** An ErrorResponse with this SQLSTATE, and nothing behind it. */
function isFatal(bytes: Buffer, sqlstate: string): boolean {
  return bytes.toString("latin1").includes(`VFATAL\0C${sqlstate}\0`) && bytes.readInt32BE(1) === bytes.length - 1;
}

async function isEmpty(door: GreetingDoor): Promise<void> {
  while ((await door.openConnections()) > 0) await delay(2);
}

describe("lengths that no client sends", () => {
  it.each([0, 3, 7, 16 * 1024 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1])(
    "%d: closed at once",
    async (length) => {
      await using door = await openPgDoor();
      const client = await connectScripted(door.port);
      const header = Buffer.alloc(8);
      header.writeUInt32BE(length);
      await client.send(header);
      expect(await client.receiveAll()).toHaveLength(0);
      expect(codeOf(await door.nextGreeting())).toBe("protocol/malformed");
      await isEmpty(door);
    },
  );
});

describe("in front of the startup message", () => {
  it("bytes glued behind SSLRequest are refused", async () => {
    await using door = await openPgDoor();
    const client = await connectScripted(door.port);
    await client.send(sslRequest, startup(v30, ...alice));
    const answer = await client.receiveAll();
    expect(answer[0]).not.toBe("S".charCodeAt(0));
    expect(isFatal(answer, "08P01")).toBe(true);
    expect(codeOf(await door.nextGreeting())).toBe("protocol/malformed");
  });

  it("GSSAPI is declined, and TLS may follow", async () => {
    await using door = await openPgDoor();
    const client = await connectScripted(door.port);
    await client.send(gssencRequest);
    expect((await client.receive(1)).toString()).toBe("N");
    await client.send(sslRequest);
    expect((await client.receive(1)).toString()).toBe("S");
    await client.startTls({ ca: door.ca });
    await client.send(startup(v30, ...alice));
    expect(await door.nextGreeting()).toMatchObject({ kind: "login", hello: { user: "alice", encrypted: true } });
  });

  it.each([
    ["GSSENCRequest", [gssencRequest, gssencRequest]],
    ["SSLRequest under TLS", [sslRequest]],
  ])("a second %s is refused", async (name, requests) => {
    await using door = await openPgDoor();
    const client = await connectScripted(door.port);
    if (name.startsWith("SSL")) {
      await client.send(sslRequest);
      await client.receive(1);
      await client.startTls({ ca: door.ca });
    }
    for (const [index, request] of requests.entries()) {
      if (index > 0) await client.receive(1);
      await client.send(request);
    }
    expect(isFatal(await client.receiveAll(), "08P01")).toBe(true);
    expect(codeOf(await door.nextGreeting())).toBe("protocol/out-of-order");
  });

  it("direct TLS needs its ALPN", async () => {
    await using door = await openPgDoor({ onLogin: (talk) => talk.reject(new GatewayError("login/failed", "enough")) });
    const direct = await connectDirectTls(door.port, { ca: door.ca, alpn: ["postgresql"] });
    direct.write(startup(v30, ...alice));
    expect(await door.nextGreeting()).toMatchObject({ kind: "login", hello: { encrypted: true } });
    direct.destroy();
    const without = await connectDirectTls(door.port, { ca: door.ca });
    expect(codeOf(await door.nextGreeting())).toBe("protocol/malformed");
    without.destroy();
    await expect(connectDirectTls(door.port, { ca: door.ca, alpn: ["http/1.1"] })).rejects.toThrow(/alert/);
    await isEmpty(door);
  });

  it("a broken handshake ends the connection", async () => {
    await using door = await openPgDoor();
    const client = await connectScripted(door.port);
    await client.send(Buffer.from("16030100ffdeadbeef", "hex"), Buffer.alloc(300));
    await client.receiveAll();
    expect(await door.nextGreeting()).toBeInstanceOf(GatewayError);
    await isEmpty(door);
  });

  it.each(["end", "reset"] as const)("hanging up by %s without a word is no failure", async (how) => {
    await using door = await openPgDoor();
    const client = await connectScripted(door.port);
    client[how]();
    expect(codeOf(await door.nextGreeting())).toBe("gone");
    await isEmpty(door);
  });

  it("CancelRequest is handed over, in clear or not, and the connection closed", async () => {
    await using door = await openPgDoor();
    const client = await connectScripted(door.port);
    await client.send(cancelRequest);
    expect(await door.nextGreeting()).toEqual({ kind: "cancel", key: { id: 7, secret: Buffer.alloc(4, 9) } });
    expect(await client.receiveAll()).toHaveLength(0);
  });
});

describe("the startup message", () => {
  it.each([
    ["protocol 2.0", startup(0x2_0000, ...alice), "0A000"],
    ["protocol 1.0", startup(0x1_0000, ...alice), "0A000"],
    ["protocol 4.0", startup(0x4_0000, ...alice), "0A000"],
    ["no user", startup(v30, "database", "shop"), "28P01"],
    ["an empty user", startup(v30, "user", ""), "28P01"],
    ["a setting that is not allowed", startup(v30, ...alice, "role", "postgres"), "22023"],
    ["replication", startup(v30, ...alice, "replication", "true"), "0A000"],
  ])("with %s is refused", async (_, message, sqlstate) => {
    await using door = await openPgDoor({ plaintextAllowed: true });
    const client = await connectScripted(door.port);
    await client.send(message);
    expect(isFatal(await client.receiveAll(), sqlstate)).toBe(true);
    expect(await door.nextGreeting()).toBeInstanceOf(GatewayError);
    await isEmpty(door);
  });

  it.each([
    ["3.0", v30, [], undefined],
    ["3.1, which never was", v30 + 1, [], undefined],
    ["3.2", v30 + 2, [], undefined],
    ["3.9999", v30 + 9999, [], "760000000c0003000200000000"],
    ["3.0 with an option", v30, ["_pq_.x", "1"], "760000001300030000000000015f70715f2e7800"],
    ["3.3 with an option", v30 + 3, ["_pq_.x", "1"], "760000001300030002000000015f70715f2e7800"],
  ] as const)("asks for protocol %s", async (_, version, options, negotiation) => {
    await using door = await openPgDoor({
      plaintextAllowed: true,
      onLogin: (talk) => talk.reject(new GatewayError("login/failed", "enough")),
    });
    const client = await connectScripted(door.port);
    await client.send(startup(version, ...alice, ...options));
    const answer = await client.receiveAll();
    const negotiated = Buffer.from(negotiation ?? "", "hex");
    expect(answer.subarray(0, negotiated.length)).toEqual(negotiated);
    expect(isFatal(answer.subarray(negotiated.length), "28P01")).toBe(true);
  });
});

describe("during SCRAM", () => {
  const initial = Buffer.from("70000000230000000000", "hex").subarray(0, 1);
  const saslInitial = (mechanism: string, data: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(`${mechanism}\0`), length, Buffer.from(data)]);
    const header = Buffer.alloc(4);
    header.writeInt32BE(body.length + 4);
    return Buffer.concat([initial, header, body]);
  };

  it.each([
    ["a second startup message", startup(v30, ...alice), "protocol/out-of-order"],
    ["a query", Buffer.from("510000000953454c4c00", "hex"), "protocol/out-of-order"],
    ["an endless message", Buffer.from("707fffffff", "hex"), "protocol/malformed"],
    ["a length of 3", Buffer.from("7000000003", "hex"), "protocol/malformed"],
    [
      "a mechanism that was not offered",
      saslInitial("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=abc"),
      "login/failed",
    ],
    ["data longer than its message", Buffer.from("700000000b410000000fff61", "hex"), "protocol/malformed"],
    ["nonsense", saslInitial("SCRAM-SHA-256", "hello"), "protocol/malformed"],
  ])("%s is refused", async (_, message, code) => {
    await using door = await openPgDoor({
      plaintextAllowed: true,
      onLogin: async (talk) => void (await talk.askProof(mockTicketVerifier("alice", Buffer.from("key")))),
    });
    const client = await connectScripted(door.port);
    await client.send(startup(v30, ...alice));
    const offer = await client.receive(24);
    expect(offer.toString("latin1")).toContain("SCRAM-SHA-256\0\0");
    await client.send(message);
    expect((await client.receiveAll()).toString("latin1")).toContain("VFATAL");
    expect(codeOf(await door.nextGreeting())).toBe(code);
    await isEmpty(door);
  });

  it("hanging up is told from failing", async () => {
    await using door = await openPgDoor({
      plaintextAllowed: true,
      onLogin: async (talk) => void (await talk.askToken()),
    });
    const client = await connectScripted(door.port);
    await client.send(startup(v30, ...alice));
    await client.receive(9);
    client.end();
    expect(codeOf(await door.nextGreeting())).toBe("client/gone");
    await isEmpty(door);
  });
});
