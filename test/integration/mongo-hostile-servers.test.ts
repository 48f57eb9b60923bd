import { Binary, type Document } from "bson";
import { describe, expect, it } from "vitest";
import { checkServer } from "@sallyport/protocol-mongo/server-login/check-server";
import { loginToServer } from "@sallyport/protocol-mongo/server-login/login-to-server";
import { Secret } from "@sallyport/shared/secret";
import { mongoMessage, mongoMsg } from "../support/mongo-messages.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { dialTo, serverRequest } from "../support/server-request.ts";

type Script = readonly (Buffer | undefined)[];

const standalone = { ismaster: true, maxWireVersion: 21, minWireVersion: 0, ok: 1 };
const build = { version: "7.0.1", ok: 1 };

/** Replies to the agent's first, second, … command. */
function replies(...documents: readonly Document[]): Script {
  return documents.map((document, index) => mongoMsg(document, { responseTo: index + 1 }));
}

/** Logs in to a server that keeps to its script; a login that fails must leave no connection. */
async function login(script: Script, password?: string): Promise<unknown> {
  await using server = await startScriptedServer(script);
  const dial = dialTo(server.port);
  const request = serverRequest(server.port, { protocol: "mongo", credential: { user: "root" } });
  try {
    const loggedIn = await loginToServer(request, password === undefined ? undefined : new Secret(password), dial);
    loggedIn.stream.destroy();
    return loggedIn.facts;
  } finally {
    await Promise.all(dial.streams.map(({ closed }) => closed));
  }
}

describe("a server", () => {
  it("that keeps to the script is logged in to", async () => {
    expect(await login(replies(standalone, build))).toEqual({
      version: "7.0.1",
      settings: { topology: "standalone", maxWireVersion: "21", minWireVersion: "0" },
    });
  });

  it("that keeps its version to itself still has one", async () => {
    expect(await login(replies(standalone, { ok: 0, code: 13, errmsg: "no" }))).toMatchObject({
      version: "wire version 21",
    });
  });

  const lyingLength = (length: number): Buffer => {
    const bytes = mongoMsg(standalone, { responseTo: 1 });
    bytes.writeInt32LE(length);
    return bytes;
  };
  const lyingDocument = mongoMsg(standalone, { responseTo: 1 });
  lyingDocument.writeInt32LE(2 ** 30, 21);
  it.each<[string, Script, string]>([
    ["hangs up", [undefined], "server/unreachable"],
    ["says a length of nothing", [lyingLength(0)], "server/malformed"],
    ["says a negative length", [lyingLength(-1)], "server/malformed"],
    ["says the greatest length", [lyingLength(2 ** 31 - 1)], "server/malformed"],
    ["lies about a document's length", [lyingDocument], "server/malformed"],
    ["speaks of old", [mongoMessage(1, 9, Buffer.alloc(20), 1)], "server/malformed"],
    ["compresses", [mongoMessage(2012, 9, Buffer.alloc(20), 1)], "server/malformed"],
    ["is another kind of server", [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")], "server/malformed"],
    ["answers another request", [mongoMsg(standalone, { responseTo: 7 })], "server/malformed"],
    [
      "says more than it was asked",
      [Buffer.concat([...replies(standalone), ...replies(standalone)].filter((one) => one !== undefined))],
      "server/malformed",
    ],
    ["promises more replies", [mongoMsg(standalone, { responseTo: 1, flags: 2 })], "server/malformed"],
    [
      "never ends a reply",
      [Buffer.concat([lyingLength(40_000_000), Buffer.alloc(2 * 1024 * 1024)])],
      "server/malformed",
    ],
    ["says no", replies({ ok: 0, code: 13, errmsg: "no" }), "server/login-failed"],
    ["is shutting down", replies({ ok: 0, code: 91, errmsg: "no" }), "server/unreachable"],
    ["is too old", replies({ ...standalone, maxWireVersion: 6 }), "server/unsupported"],
    ["does not say what it speaks", replies({ ismaster: true, ok: 1 }), "server/unsupported"],
    ["says what it speaks in words", replies({ ...standalone, maxWireVersion: "21" }), "server/unsupported"],
  ])("that %s is not logged in to", async (_, script, code) => {
    await expect(login(script)).rejects.toMatchObject({ code });
  });

  it.each<[string, Document]>([
    ["is not well", { ok: 0, code: 1, errmsg: "no" }],
    ["answers with nothing", {}],
  ])("that %s fails its check", async (_, ping) => {
    const script = [...replies(standalone, build), mongoMsg(ping, { responseTo: 1 })];
    await using server = await startScriptedServer(script);
    const request = serverRequest(server.port, { protocol: "mongo" });
    const loggedIn = await loginToServer(request, undefined, dialTo(server.port));
    await expect(checkServer(loggedIn)).rejects.toThrow("failed the check");
    loggedIn.stream.destroy();
  });
});

describe("a login by SCRAM", () => {
  const step = (payload: string, more: Document = {}): Document => ({
    conversationId: 1,
    done: false,
    payload: new Binary(Buffer.from(payload)),
    ok: 1,
    ...more,
  });
  const salt = Buffer.alloc(16).toString("base64");

  it.each<[string, Document, string]>([
    ["takes it as it is", step("", { done: true }), "server/malformed"],
    ["says no", { ok: 0, code: 18, errmsg: "Authentication failed." }, "server/login-failed"],
    ["sends no payload", { conversationId: 1, done: false, ok: 1 }, "server/malformed"],
    ["sends no number", { ...step("r=x,s=AAAA,i=4096"), conversationId: undefined }, "server/malformed"],
    ["answers another's nonce", step(`r=other,s=${salt},i=4096`), "server/malformed"],
    ["asks for one iteration", step(`r=x,s=${salt},i=1`), "server/login-failed"],
  ])("with a server that %s fails", async (_, answer, code) => {
    await expect(login(replies(standalone, answer), "secret")).rejects.toMatchObject({ code });
  });

  it("gives the password away to nobody", async () => {
    await using server = await startScriptedServer(replies(standalone, step(`r=x,s=${salt},i=4096`)));
    const request = serverRequest(server.port, { protocol: "mongo", credential: { user: "root" } });
    await loginToServer(request, new Secret("hunter2secret"), dialTo(server.port)).catch(() => undefined);
    expect(server.heard.map(String).join("")).not.toContain("hunter2secret");
  });
});

describe("a server asked for TLS", () => {
  it.each<[string, Script]>([
    ["answers in clear", replies(standalone)],
    ["hangs up", [undefined]],
    ["makes no handshake", [Buffer.from("hello, this is not TLS")]],
  ])("%s: nothing is sent in clear", async (_, script) => {
    await using server = await startScriptedServer(script);
    const request = serverRequest(server.port, { protocol: "mongo", server: { tls: "require" }, principal: "alice" });
    await expect(loginToServer(request, new Secret("secret"), dialTo(server.port))).rejects.toMatchObject({
      code: "server/tls-failed",
    });
    expect(server.heard.map((bytes) => bytes.toString("latin1")).join("")).not.toContain("alice");
  });
});
