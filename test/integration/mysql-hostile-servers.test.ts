import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { encodeAuthSwitchRequest } from "@sallyport/protocol-mysql/messages/auth-switch-request";
import { capability, flagsOf, withoutFlags } from "@sallyport/protocol-mysql/messages/capabilities";
import { encodeErrPacket } from "@sallyport/protocol-mysql/messages/err-packet";
import { encodeHandshakeV10, type HandshakeV10 } from "@sallyport/protocol-mysql/messages/handshake-v10";
import { checkServer } from "@sallyport/protocol-mysql/server-login/check-server";
import { loginToServer } from "@sallyport/protocol-mysql/server-login/login-to-server";
import type { LoggedIn } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { packet } from "../support/mysql-packets.ts";
import { startMysqlScript, type ScriptedPeer } from "../support/mysql-script.ts";
import { dialTo, serverRequest, type RequestChange } from "../support/server-request.ts";

const PASSWORD = "the server's password";
const nonce = Buffer.from("abcdefghijklmnopqrst");
const greeting: HandshakeV10 = {
  version: "9.7.4",
  connectionId: 8,
  nonce,
  capabilities: 0xdfff_ffff,
  mariadbCapabilities: 0,
  collation: 255,
  status: 2,
  plugin: "caching_sha2_password",
};
const ok = Buffer.from("00000002000000", "hex");
const fullAuthentication = Buffer.from("0104", "hex");
const err = (code: number): Buffer => encodeErrPacket({ code, sqlState: "HY000", message: "secret words" });
const switchTo = (plugin: string, data: Buffer = nonce): Buffer => encodeAuthSwitchRequest({ plugin, data });

type Play = (peer: ScriptedPeer) => Promise<void>;

/** Greets, takes the answer, and then says one thing for each of the client's. */
function says(...answers: readonly Buffer[]): Play {
  return async ({ exchange }) => {
    await exchange.write(encodeHandshakeV10(greeting));
    for (const answer of answers) {
      await exchange.read();
      await exchange.write(answer);
    }
    await exchange.read();
  };
}

/** Sends bytes as they are. */
function sends(...bytes: readonly Buffer[]): Play {
  return async ({ stream }) => {
    await stream.write(Buffer.concat(bytes));
    while ((await stream.read()) !== undefined);
  };
}

/** Logs in to a played server, and sees that a login that fails leaves no connection. */
async function login(play: Play, change: RequestChange = {}): Promise<LoggedIn> {
  await using server = await startMysqlScript(play);
  const dial = dialTo(server.port);
  const attempt = loginToServer(serverRequest(server.port, change), new Secret(PASSWORD), dial);
  try {
    return await attempt;
  } catch (error) {
    await Promise.all(dial.streams.map((stream) => stream.closed));
    expect(String(error)).not.toContain(PASSWORD);
    throw error;
  }
}

describe("instead of a greeting, a server", () => {
  it.each<[string, Play, string]>([
    ["has no place", sends(packet(0, [0xff, 0x10, 0x04], "Too many connections")), "server/unreachable"],
    ["blocks the host", sends(packet(0, [0xff, 0x69, 0x04], "blocked")), "server/unreachable"],
    ["hangs up", async ({ stream }) => stream.end(), "server/unreachable"],
    ["is none", sends(Buffer.from("SSH-2.0-OpenSSH_9.2\r\n")), "server/malformed"],
    ["announces a packet of 16 MB", sends(Buffer.from("ffffff00", "hex")), "server/malformed"],
    ["begins with another number", sends(packet(1, encodeHandshakeV10(greeting))), "server/malformed"],
    ["speaks protocol 9", sends(packet(0, [9], "3.20\0")), "server/malformed"],
    ["sends nothing", sends(packet(0)), "server/malformed"],
    ["cuts its greeting", sends(packet(0, encodeHandshakeV10(greeting).subarray(0, 30))), "server/malformed"],
    [
      "is too old to track its session",
      sends(
        packet(
          0,
          encodeHandshakeV10({ ...greeting, capabilities: withoutFlags(0xdfff_ffff, capability.SESSION_TRACK) }),
        ),
      ),
      "server/unsupported",
    ],
  ])("%s", async (_, play, code) => {
    await expect(login(play)).rejects.toMatchObject({ code });
  });

  it("any bytes end in an error of ours", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        const play: Play = async ({ stream }) => {
          await stream.write(packet(0, Buffer.from(bytes)));
          stream.end();
        };
        await expect(login(play)).rejects.toBeInstanceOf(GatewayError);
      }),
      { numRuns: 30 },
    );
  });
});

describe("a server", () => {
  it.each<[string, Play, string]>([
    ["refuses the password", says(err(1045)), "server/login-failed"],
    ["has no such database", says(err(1049)), "server/login-failed"],
    ["is shutting down", says(err(1053)), "server/unreachable"],
    ["wants TLS", says(err(3159)), "server/tls-failed"],
    [
      "switches without end",
      says(switchTo("mysql_native_password"), switchTo("mysql_native_password")),
      "server/malformed",
    ],
    ["asks for the key without end", says(...Array.from({ length: 9 }, () => fullAuthentication)), "server/malformed"],
    ["wants the old password", says(Buffer.from([0xfe])), "server/login-failed"],
    ["wants something new", says(switchTo("authentication_kerberos_client")), "server/login-failed"],
    ["names a plugin like a property", says(switchTo("constructor")), "server/login-failed"],
    ["wants the password in clear without TLS", says(switchTo("mysql_clear_password")), "server/login-failed"],
    ["has a second factor", says(Buffer.from([2])), "server/malformed"],
    ["takes a step that is none", says(Buffer.from("0109", "hex")), "server/malformed"],
    ["has a key that is none", says(fullAuthentication, Buffer.from("\u0001no key")), "server/malformed"],
    [
      "says more in native authentication",
      says(switchTo("mysql_native_password"), fullAuthentication),
      "server/malformed",
    ],
    ["answers with rows", says(Buffer.from("030000", "hex")), "server/malformed"],
    ["answers with nothing", says(Buffer.alloc(0)), "server/malformed"],
    [
      "hangs up after the login",
      async ({ exchange, stream }) => {
        await exchange.write(encodeHandshakeV10(greeting));
        await exchange.read();
        stream.end();
      },
      "server/unreachable",
    ],
  ])("that %s", async (_, play, code) => {
    const error: unknown = await login(play).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    // its own words are for the log
    if (error instanceof GatewayError) expect(`${error.summary}${error.detail}`).not.toContain("secret words");
  });

  it("that skips a number", async () => {
    const play: Play = async ({ exchange, stream }) => {
      await exchange.write(encodeHandshakeV10(greeting));
      await exchange.read();
      await stream.write(packet(3, ok));
    };
    await expect(login(play)).rejects.toMatchObject({ code: "server/malformed" });
  });

  it("that lacks what the client negotiated is told of by name", async () => {
    const settings = { capabilities: String(flagsOf(capability.QUERY_ATTRIBUTES, capability.DEPRECATE_EOF)) };
    const without = { ...greeting, capabilities: withoutFlags(greeting.capabilities, capability.QUERY_ATTRIBUTES) };
    await expect(login(sends(packet(0, encodeHandshakeV10(without))), { settings })).rejects.toMatchObject({
      code: "server/unsupported",
      detail: "The server does not have what the client negotiated or the gateway needs: QUERY_ATTRIBUTES.",
    });
  });

  it.each<[string, readonly Buffer[], string]>([
    ["with an error", [packet(1, err(1193))], "server/unsupported"],
    ["with OK", [packet(1, ok)], "server/malformed"],
    ["with too many columns", [packet(1, [200])], "server/malformed"],
    [
      "with too few columns",
      [packet(1, [1]), packet(2, "c"), packet(3, [1], "1"), packet(4, [0xfe, 0, 0, 2, 0, 0, 0])],
      "server/malformed",
    ],
    ["by asking for a file", [packet(1, [0xfb], "/etc/passwd")], "server/malformed"],
    [
      "with rows without end",
      [packet(1, [1]), packet(2, "c"), ...Array.from({ length: 40 }, (_, n) => packet(3 + n, [1], "1"))],
      "server/malformed",
    ],
    ["with a value longer than its row", [packet(1, [1]), packet(2, "c"), packet(3, [9], "1")], "server/malformed"],
  ])("that answers what it is asked of itself %s", async (_, answer, code) => {
    const play: Play = async ({ exchange, stream }) => {
      await exchange.write(encodeHandshakeV10(greeting));
      await exchange.read();
      await exchange.write(ok);
      await stream.read();
      await stream.write(Buffer.concat(answer));
      while ((await stream.read()) !== undefined);
    };
    await expect(login(play)).rejects.toMatchObject({ code });
  });
});

describe("asked for TLS, a server", () => {
  let folder: string;
  let caFile: string;
  let context: SecureContext;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-mysql-servers-"));
    const authority = await makeAuthority("test authority", 1);
    const own = await issueCertificate(authority, { name: "server", hosts: ["localhost"], usage: "server", days: 1 });
    caFile = join(folder, "ca.crt");
    await writeFile(caFile, authority.certificate);
    context = createSecureContext({ cert: own.certificate, key: own.key });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const verified = (): RequestChange => ({ server: { tls: "verify-full", caFile } });
  /** Makes the handshake, takes the login and says one thing for each of the client's, which are kept. */
  const secured =
    (heard: string[], ...answers: readonly Buffer[]): Play =>
    async ({ exchange, stream }) => {
      await exchange.write(encodeHandshakeV10(greeting));
      await exchange.read();
      await stream.acceptTls({ secureContext: context });
      for (const answer of answers) {
        heard.push((await exchange.read())?.rest().toString("latin1") ?? "");
        await exchange.write(answer);
      }
      heard.push((await exchange.read())?.rest().toString("latin1") ?? "");
      await exchange.write(err(1045));
    };

  it.each<[string, Play]>([
    [
      "does not have it",
      sends(
        packet(
          0,
          encodeHandshakeV10({ ...greeting, capabilities: withoutFlags(greeting.capabilities, capability.SSL) }),
        ),
      ),
    ],
    ["has bytes glued behind its greeting", sends(packet(0, encodeHandshakeV10(greeting)), packet(2, ok))],
    ["answers in clear", says(ok)],
    ["makes no handshake", says(Buffer.from("hello, this is not TLS"))],
    [
      "hangs up",
      async ({ exchange, stream }) => {
        await exchange.write(encodeHandshakeV10(greeting));
        await exchange.read();
        stream.end();
      },
    ],
  ])("%s: nothing of the login is sent in clear", async (_, play) => {
    const heard: Buffer[] = [];
    const listening: Play = async (peer) => {
      const read = peer.stream.read.bind(peer.stream);
      peer.stream.read = async () => {
        const bytes = await read();
        if (bytes !== undefined) heard.push(bytes);
        return bytes;
      };
      await play(peer);
    };
    await expect(login(listening, { server: { tls: "require" } })).rejects.toMatchObject({ code: "server/tls-failed" });
    expect(Buffer.concat(heard).toString("latin1")).not.toMatch(/postgres|alice/);
  });

  it.each([
    ["mysql_clear_password", switchTo("mysql_clear_password", Buffer.alloc(0))],
    ["caching_sha2_password", fullAuthentication],
    ["sha256_password", switchTo("sha256_password")],
  ])("gets the password in clear by %s once it is verified", async (_, ask) => {
    const heard: string[] = [];
    await expect(login(secured(heard, ask), verified())).rejects.toMatchObject({ code: "server/login-failed" });
    expect(heard.at(-1)).toBe(`${PASSWORD}\0`);
  });

  it("that is not verified does not get it by mysql_clear_password", async () => {
    const heard: string[] = [];
    const play = secured(heard, switchTo("mysql_clear_password", Buffer.alloc(0)));
    await expect(login(play, { server: { tls: "require" } })).rejects.toThrow("only over verified TLS");
    expect(heard.join("")).not.toContain(PASSWORD);
  });

  it("that sends a public key all the same does not get it", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pem = Buffer.from(publicKey.export({ type: "spki", format: "pem" }));
    const play = secured([], Buffer.concat([Buffer.from([1]), pem]));
    await expect(login(play, verified())).rejects.toMatchObject({ code: "server/malformed" });
  });
});

describe("the check of a server", () => {
  it.each<[string, readonly Buffer[], string]>([
    ["fails", [packet(1, err(1317))], "server/lost"],
    ["gives no row", [packet(1, [1]), packet(2, "c"), packet(3, [0xfe, 0, 0, 2, 0])], "server/malformed"],
    [
      "gives another value",
      [packet(1, [1]), packet(2, "c"), packet(3, [1], "2"), packet(4, [0xfe, 0, 0, 2, 0])],
      "server/malformed",
    ],
    ["is numbered wrong", [packet(7, [1])], "server/malformed"],
  ])("that %s", async (_, answer, code) => {
    await using server = await startMysqlScript(sends(...answer));
    const stream = await dialTo(server.port)();
    const facts = { version: "9.7.4", settings: { negotiated: String(capability.DEPRECATE_EOF) } };
    await expect(checkServer({ facts, stream, cancel: async () => undefined })).rejects.toMatchObject({ code });
    stream.destroy();
  });
});
