import { deserialize, serialize } from "bson";
import { describe, expect, it } from "vitest";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { encodeDocument } from "../bson/encode-document.ts";
import { documentAt, type RawDocument } from "../bson/raw-document.ts";
import { clientMetadata } from "./client-metadata.ts";
import { helloReply } from "./hello-reply.ts";
import { isHello, readHello, type HelloRequest } from "./hello-request.ts";

function raw(value: object): RawDocument {
  const bytes = Buffer.from(serialize(value));
  return documentAt(bytes, 0, bytes.length, "protocol/malformed");
}

function request(command: Readonly<Record<string, unknown>>): HelloRequest {
  return readHello(Object.keys(command)[0] ?? "", raw(command));
}

function server(settings: Readonly<Record<string, string>>): ServerFacts {
  const all = {
    topology: "replica-set",
    minWireVersion: "0",
    maxWireVersion: "21",
    maxBsonObjectSize: "16777216",
    maxMessageSizeBytes: "48000000",
    maxWriteBatchSize: "100000",
    logicalSessionTimeoutMinutes: "30",
    ...settings,
  };
  return { version: "7.0.1", settings: all };
}

const now = new Date("2026-01-02T03:04:05Z");

function answer(
  command: Readonly<Record<string, unknown>>,
  ...servers: readonly ServerFacts[]
): ReturnType<typeof deserialize> {
  return deserialize(encodeDocument(helloReply(request(command), servers, { now })));
}

describe("hello", () => {
  it("is answered as a router where there is a set, with nothing to discover", () => {
    const reply = helloReply(request({ hello: 1, helloOk: true }), [server({})], { now, connectionId: 42 });
    expect(deserialize(encodeDocument(reply))).toEqual({
      helloOk: true,
      isWritablePrimary: true,
      msg: "isdbgrid",
      maxBsonObjectSize: 16777216,
      maxMessageSizeBytes: 48000000,
      maxWriteBatchSize: 100000,
      localTime: now,
      logicalSessionTimeoutMinutes: 30,
      connectionId: 42,
      minWireVersion: 0,
      maxWireVersion: 21,
      readOnly: false,
      ok: 1,
    });
  });

  it.each(["isMaster", "ismaster"])("under its old name %s is answered in the old words", (name) => {
    const reply = answer({ [name]: 1 }, server({}));
    expect(reply).toMatchObject({ ismaster: true });
    expect(reply).not.toHaveProperty("isWritablePrimary");
    expect(reply).not.toHaveProperty("helloOk");
  });

  it.each<[string, readonly ServerFacts[], object]>([
    ["one standalone", [server({ topology: "standalone" })], { msg: undefined }],
    ["one router", [server({ topology: "mongos" })], { msg: "isdbgrid" }],
    ["a set and a standalone", [server({}), server({ topology: "standalone" })], { msg: undefined }],
    ["one that is older", [server({}), server({ maxWireVersion: "17" })], { maxWireVersion: 17 }],
    ["one that is newer than we know", [server({ maxWireVersion: "99" })], { maxWireVersion: 27 }],
    ["one that takes less", [server({ maxMessageSizeBytes: "1000" })], { maxMessageSizeBytes: 1000 }],
    ["one that takes more", [server({ maxMessageSizeBytes: "99000000" })], { maxMessageSizeBytes: 48000000 }],
    ["one that the client has no connection to yet", [server({ connectionId: "1" })], { connectionId: undefined }],
    [
      "one without sessions",
      [server({}), { version: "x", settings: { maxWireVersion: "21" } }],
      { logicalSessionTimeoutMinutes: undefined },
    ],
    ["none that is known", [], { msg: undefined, maxWireVersion: 13, logicalSessionTimeoutMinutes: undefined }],
    ["one that says nonsense", [server({ maxWireVersion: "-5x" })], { maxWireVersion: 27 }],
  ])("speaks for %s", (_, servers, expected) => {
    const reply = answer({ hello: 1 }, ...servers);
    for (const [name, value] of Object.entries(expected)) expect(reply[name]).toEqual(value);
  });

  it("says how to log in when it is asked", () => {
    expect(answer({ hello: 1, saslSupportedMechs: "admin.alice" })["saslSupportedMechs"]).toEqual([
      "SCRAM-SHA-256",
      "PLAIN",
      "MONGODB-OIDC",
    ]);
    expect(answer({ hello: 1 })).not.toHaveProperty("saslSupportedMechs");
  });

  it("takes no compression, no exhaust, and no load balancer", () => {
    const reply = answer({ hello: 1, compression: ["zlib"], topologyVersion: { counter: 1 }, maxAwaitTimeMS: 10_000 });
    expect(reply).not.toHaveProperty("compression");
    expect(reply).not.toHaveProperty("topologyVersion");
    expect(() => request({ hello: 1, loadBalanced: true })).toThrow("protocol/unsupported");
    expect(request({ hello: 1, loadBalanced: false }).legacy).toBe(false);
  });

  it("is known by its exact names", () => {
    expect(["hello", "isMaster", "ismaster", "Hello", "ISMASTER", ""].filter(isHello)).toEqual([
      "hello",
      "isMaster",
      "ismaster",
    ]);
  });
});

describe("what a client says of itself", () => {
  it("is kept in plain words", () => {
    const client = {
      application: { name: "reports\n\u0007weekly" },
      driver: { name: "nodejs", version: "7.8.0" },
      os: { type: "Linux", name: "linux", architecture: "x64" },
      platform: "Node.js v24",
      env: { name: "aws.lambda" },
    };
    expect(clientMetadata(raw(client))).toEqual({
      application: "reports weekly",
      driver: "nodejs 7.8.0",
      os: "Linux linux",
      platform: "Node.js v24",
    });
  });

  it("is bounded, and taken as far as it is text", () => {
    const settings = clientMetadata(raw({ application: { name: "😀".repeat(200) }, driver: "none", os: { type: 7 } }));
    expect(Object.keys(settings)).toEqual(["application"]);
    expect(settings["application"]?.length).toBeLessThanOrEqual(128);
  });
});
