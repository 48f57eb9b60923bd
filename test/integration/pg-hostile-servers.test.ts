import { describe, expect, it } from "vitest";
import { checkServer } from "@sallyport/protocol-pg/server-login/check-server";
import { loginToServer } from "@sallyport/protocol-pg/server-login/login-to-server";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { Secret } from "@sallyport/shared/secret";
import { startScriptedServer } from "../support/scripted-server.ts";
import { dialTo, serverRequest, type RequestChange } from "../support/server-request.ts";

type Script = readonly (Buffer | undefined)[];

function message(tag: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const header = Buffer.alloc(5, tag);
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function ask(code: number, ...parts: readonly (string | Buffer)[]): Buffer {
  return message("R", int32(code), ...parts);
}

const ok = ask(0);
const sasl = ask(10, "SCRAM-SHA-256\0\0");
const status = (name: string, value: string): Buffer => message("S", `${name}\0${value}\0`);
const version = status("server_version", "18.0");
const encoding = status("client_encoding", "UTF8");
const strings = status("standard_conforming_strings", "on");
const key = message("K", int32(7), int32(9));
const ready = message("Z", "I");
const greeting = [ok, version, encoding, strings, key, ready];

/** Logs in to a server that keeps to its script, and sees that a login that fails leaves no connection. */
async function login(script: Script, change: RequestChange = {}): Promise<ServerFacts> {
  await using server = await startScriptedServer(script);
  const dial = dialTo(server.port);
  const attempt = loginToServer(serverRequest(server.port, change), new Secret("secret"), dial);
  try {
    return (await attempt).facts;
  } finally {
    if (
      await attempt.then(
        () => false,
        () => true,
      )
    )
      await Promise.all(dial.streams.map((stream) => stream.closed));
    for (const stream of dial.streams) stream.destroy();
  }
}

describe("a server asked for TLS", () => {
  it.each<[string, Script]>([
    ["answers N", [Buffer.from("N")]],
    ["answers with an error", [message("E", "SFATAL\0C0A000\0Mno TLS here\0\0")]],
    ["answers S with bytes glued behind", [Buffer.from("Sx")]],
    ["answers S with a login glued behind", [Buffer.concat([Buffer.from("S"), ...greeting])]],
    ["answers something else", [Buffer.from("H")]],
    ["hangs up", [undefined]],
    ["answers S and makes no handshake", [Buffer.from("S"), Buffer.from("hello, this is not TLS")]],
    ["answers S and hangs up", [Buffer.from("S"), undefined]],
  ])("%s: nothing is sent in clear", async (_, script) => {
    await using server = await startScriptedServer(script);
    const dial = dialTo(server.port);
    const request = serverRequest(server.port, { server: { tls: "require" } });
    await expect(loginToServer(request, new Secret("secret"), dial)).rejects.toMatchObject({
      code: "server/tls-failed",
    });
    await Promise.all(dial.streams.map((stream) => stream.closed));
    expect(server.heard).toHaveLength(1);
    expect(server.heard[0]?.toString("latin1")).not.toContain("alice");
  });
});

describe("a server that lies about lengths", () => {
  it.each([0, 3, 64 * 1024 + 1, 2 ** 31 - 1, -1, -(2 ** 31)])("%d", async (length) => {
    for (const before of [[], [ok, version]]) {
      const script = [Buffer.concat([...before, Buffer.from(before.length === 0 ? "R" : "S"), int32(length)])];
      await expect(login(script)).rejects.toMatchObject({ code: "server/malformed" });
    }
  });
});

describe("a server that", () => {
  it.each<[string, Script, string]>([
    ["is none", [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")], "server/malformed"],
    ["hangs up", [undefined], "server/unreachable"],
    ["asks for GSSAPI", [ask(7)], "server/login-failed"],
    ["asks for something new", [ask(99)], "server/login-failed"],
    ["offers only mechanisms that are not spoken", [ask(10, "OAUTHBEARER\0\0")], "server/login-failed"],
    ["asks twice", [ask(5, "salt"), ask(5, "salt")], "server/malformed"],
    ["is content in mid-SCRAM", [sasl, ok], "server/malformed"],
    ["turns to cleartext in mid-SCRAM", [sasl, ask(3)], "server/malformed"],
    ["answers SCRAM with a nonce of its own", [sasl, ask(11, "r=other,s=AAAA,i=4096")], "server/malformed"],
    ["begins with the end of SCRAM", [ask(12, "v=AAAA")], "server/malformed"],
    ["has a salt of two bytes", [ask(5, "sa")], "server/malformed"],
    [
      "names a setting in something that is not UTF-8",
      [Buffer.concat([ok, message("S", Buffer.from("ff00ff00", "hex"))])],
      "server/malformed",
    ],
    ["has a cancel key without a secret", [Buffer.concat([ok, message("K", int32(1))])], "server/malformed"],
    ["sends rows during the login", [Buffer.concat([ok, message("D", "\0\0")])], "server/malformed"],
    [
      "has other encodings",
      [Buffer.concat([ok, version, status("client_encoding", "LATIN1"), strings, ready])],
      "server/unsupported",
    ],
    [
      "reads strings another way",
      [Buffer.concat([ok, version, encoding, status("standard_conforming_strings", "off"), ready])],
      "server/unsupported",
    ],
    ["does not say how it reads strings", [Buffer.concat([ok, version, encoding, ready])], "server/unsupported"],
    [
      "begins inside a transaction",
      [Buffer.concat([ok, version, encoding, strings, message("Z", "T")])],
      "server/malformed",
    ],
    [
      "talks without end",
      [Buffer.concat([ok, ...Array.from({ length: 2000 }, () => message("N", "SNOTICE\0\0"))])],
      "server/malformed",
    ],
    [
      "reports settings without end",
      [Buffer.concat([ok, ...Array.from({ length: 300 }, (_, n) => status(`s${n}`, ""))])],
      "server/malformed",
    ],
    ["speaks another major version", [message("v", int32(4 * 65536), int32(0))], "server/unsupported"],
    ["claims to miss more options than fit", [message("v", int32(3 * 65536), int32(2 ** 31 - 1))], "server/malformed"],
  ])("%s is refused", async (_, script, code) => {
    await expect(login(script)).rejects.toMatchObject({ code });
  });

  it("is older negotiates its version down", async () => {
    const script = [Buffer.concat([message("v", int32(3 * 65536), int32(0)), ...greeting])];
    expect(await login(script)).toEqual({
      version: "18.0",
      settings: { server_version: "18.0", client_encoding: "UTF8", standard_conforming_strings: "on" },
    });
  });

  it("says more than asked leaves it to be read", async () => {
    await using server = await startScriptedServer([Buffer.concat([...greeting, message("N", "behind\0\0")])]);
    const session = await loginToServer(serverRequest(server.port), undefined, dialTo(server.port));
    expect((await session.stream.read())?.toString("latin1")).toContain("behind");
    session.stream.destroy();
  });

  it("is asked to cancel gets its own key on a connection of its own", async () => {
    await using server = await startScriptedServer([Buffer.concat(greeting)], [undefined]);
    const session = await loginToServer(serverRequest(server.port), undefined, dialTo(server.port));
    await session.cancel();
    expect(server.heard[1]?.toString("hex")).toBe("0000001004d2162e0000000700000009");
    session.stream.destroy();
  });

  it.each<[string, Buffer | undefined, string]>([
    ["answers the check without a row", Buffer.concat([message("C", "SELECT 0\0"), ready]), "server/malformed"],
    ["answers the check with an error", Buffer.concat([message("E", "SERROR\0C57014\0Mno\0\0"), ready]), "server/lost"],
    ["answers the check with nonsense", Buffer.from("ffffffffffffff", "hex"), "server/malformed"],
    ["hangs up at the check", undefined, "server/lost"],
  ])("%s is not well", async (_, answer, code) => {
    await using server = await startScriptedServer([Buffer.concat(greeting), answer]);
    const session = await loginToServer(serverRequest(server.port), undefined, dialTo(server.port));
    await expect(checkServer(session)).rejects.toMatchObject({ code });
    session.stream.destroy();
  });
});
