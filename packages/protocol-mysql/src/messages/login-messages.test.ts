import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import { encodeAuthMoreData, FAST_AUTH_SUCCESS } from "./auth-more-data.ts";
import { decodeAuthSwitchRequest, encodeAuthSwitchRequest } from "./auth-switch-request.ts";
import { capability, flagsOf, mariadbCapability } from "./capabilities.ts";
import { decodeChangeUser } from "./change-user.ts";
import { decodeClientStart, type ClientStart } from "./client-start.ts";
import { decodeErrPacket, encodeErrPacket } from "./err-packet.ts";
import { decodeHandshakeResponse, encodeHandshakeResponse, type HandshakeResponse } from "./handshake-response.ts";
import { decodeHandshakeV10, encodeHandshakeV10, type HandshakeV10 } from "./handshake-v10.ts";
import { decodeOkPacket, encodeOkPacket, type OkPacket } from "./ok-packet.ts";
import { encodeSslRequest } from "./ssl-request.ts";
import { decodeStateChanges, encodeStateChanges, type TellableChange } from "./state-changes.ts";

type Decode = (body: ByteReader) => unknown;

const nonce = Buffer.from("abcdefghijklmnopqrst");
const greeting: HandshakeV10 = {
  version: "9.7.4-2",
  connectionId: 0xffff_fffe,
  nonce,
  capabilities: 0xdfff_ffff,
  mariadbCapabilities: 0,
  collation: 255,
  status: 2,
  plugin: "caching_sha2_password",
};
const mariadbGreeting: HandshakeV10 = {
  ...greeting,
  version: "5.5.5-10.11.19-MariaDB",
  capabilities: 0x81ff_f7fe,
  mariadbCapabilities: 0x3d,
  collation: 45,
  plugin: "mysql_native_password",
};
const all = flagsOf(
  capability.MYSQL,
  capability.PROTOCOL_41,
  capability.SSL,
  capability.CONNECT_WITH_DB,
  capability.PLUGIN_AUTH,
  capability.CONNECT_ATTRS,
  capability.PLUGIN_AUTH_LENENC_DATA,
);
const start: ClientStart = { capabilities: all, mariadbCapabilities: 0, maxPacketBytes: 0x100_0000, collation: 45 };
const response: HandshakeResponse = {
  ...start,
  user: "zoë",
  proof: Buffer.alloc(300, 7),
  database: "shop",
  plugin: "mysql_clear_password",
  attributes: [
    ["_client_name", "x"],
    ["program_name", "ß"],
  ],
};
const shortResponse: HandshakeResponse = {
  ...response,
  capabilities: flagsOf(capability.PROTOCOL_41),
  mariadbCapabilities: mariadbCapability.EXTENDED_METADATA,
  proof: Buffer.alloc(20, 7),
  database: undefined,
  plugin: undefined,
  attributes: [],
};
const ok: OkPacket = {
  header: 0,
  affectedRows: 0x1_0000n,
  lastInsertId: 2n ** 64n - 1n,
  status: 0x4002,
  warnings: 3,
  info: Buffer.from("Rows matched: 1"),
  stateChanges: Buffer.from("00040161013101050473686f70", "hex"),
};
const changes: readonly TellableChange[] = [
  { kind: "variable", name: "character_set_client", value: "utf8mb4" },
  { kind: "schema", name: "shöp" },
];
const wholeResponse: Decode = (body) => decodeHandshakeResponse(decodeClientStart(body), body);
const okOf =
  (sessionTrack: boolean): Decode =>
  (body) =>
    decodeOkPacket(body, { sessionTrack });
const changeUser =
  (capabilities: number): Decode =>
  (body) =>
    decodeChangeUser(body, capabilities);

/** Bytes, what reads them, and what they say. */
const table: readonly (readonly [name: string, bytes: Buffer, decode: Decode, value: unknown])[] = [
  ["HandshakeV10 of MySQL", encodeHandshakeV10(greeting), decodeHandshakeV10, greeting],
  ["HandshakeV10 of MariaDB", encodeHandshakeV10(mariadbGreeting), decodeHandshakeV10, mariadbGreeting],
  [
    "HandshakeV10 as MySQL 9.7 sent it",
    Buffer.from(
      "0a392e372e342d32002a00000018043811181e7d3c00ffffff0200ffdf15000000000000000000002823022d546e1b046b3f7b4f0063616368696e675f736861325f70617373776f726400",
      "hex",
    ),
    decodeHandshakeV10,
    { ...greeting, connectionId: 42, nonce: Buffer.from("18043811181e7d3c2823022d546e1b046b3f7b4f", "hex") },
  ],
  [
    "HandshakeV10 as MariaDB 11.8 sent it",
    Buffer.from(
      "0a31312e382e392d4d6172696144422d302b646562313375312066726f6d2044656269616e2d6c6f67001a0000005f5670502358735a00feff2d0200ff81150000000000003d0000004a43514b653a3125654e3663006d7973716c5f6e61746976655f70617373776f726400",
      "hex",
    ),
    decodeHandshakeV10,
    {
      ...mariadbGreeting,
      version: "11.8.9-MariaDB-0+deb13u1 from Debian-log",
      connectionId: 26,
      capabilities: 0x81ff_fffe,
      nonce: Buffer.from("5f5670502358735a4a43514b653a3125654e3663", "hex"),
    },
  ],
  ["SSLRequest", encodeSslRequest(start), decodeClientStart, start],
  ["HandshakeResponse with everything", encodeHandshakeResponse(response), wholeResponse, response],
  ["HandshakeResponse with little", encodeHandshakeResponse(shortResponse), wholeResponse, shortResponse],
  [
    "HandshakeResponse of protocol 3.20",
    Buffer.from("05840000ff", "hex"),
    decodeClientStart,
    { capabilities: 0x8405, mariadbCapabilities: 0, maxPacketBytes: 0, collation: 0 },
  ],
  [
    "AuthSwitchRequest",
    encodeAuthSwitchRequest({ plugin: "client_ed25519", data: nonce }).subarray(1),
    decodeAuthSwitchRequest,
    { plugin: "client_ed25519", data: nonce },
  ],
  [
    "AuthSwitchRequest of old",
    Buffer.alloc(0),
    decodeAuthSwitchRequest,
    { plugin: "mysql_old_password", data: Buffer.alloc(0) },
  ],
  [
    "COM_CHANGE_USER",
    Buffer.from("626f62000301020373686f70002d00616200070161046c6f6e67", "hex"),
    changeUser(flagsOf(capability.PLUGIN_AUTH, capability.CONNECT_ATTRS)),
    { user: "bob", database: "shop", collation: 45, attributes: [["a", "long"]] },
  ],
  [
    "COM_CHANGE_USER of old",
    Buffer.from("626f62000000", "hex"),
    changeUser(0),
    { user: "bob", database: undefined, collation: undefined, attributes: [] },
  ],
  ["OK with session state", encodeOkPacket(ok, { sessionTrack: true }), okOf(true), ok],
  [
    "OK without session tracking",
    encodeOkPacket(ok, { sessionTrack: false }),
    okOf(false),
    { ...ok, status: 2, stateChanges: undefined },
  ],
  [
    "OK with nothing to say",
    Buffer.from("00000002000000", "hex"),
    okOf(true),
    {
      ...ok,
      affectedRows: 0n,
      lastInsertId: 0n,
      status: 2,
      warnings: 0,
      info: Buffer.alloc(0),
      stateChanges: undefined,
    },
  ],
  [
    "OK behind rows",
    encodeOkPacket({ ...ok, header: 0xfe }, { sessionTrack: true }),
    okOf(true),
    { ...ok, header: 0xfe },
  ],
  [
    "ERR",
    encodeErrPacket({ code: 1045, sqlState: "28000", message: "nö" }),
    decodeErrPacket,
    { code: 1045, sqlState: "28000", message: "nö" },
  ],
  [
    "ERR in front of the greeting",
    Buffer.from("ff100454", "hex"),
    decodeErrPacket,
    { code: 1040, sqlState: undefined, message: "T" },
  ],
  [
    "session state",
    Buffer.concat([encodeStateChanges(changes), Buffer.from("050201310300", "hex")]),
    (body) => decodeStateChanges(body.rest()),
    [...changes, { kind: "other", type: 5 }, { kind: "other", type: 3 }],
  ],
  [
    "session state with several variables in one entry",
    Buffer.from("00080161013101620132", "hex"),
    (body) => decodeStateChanges(body.rest()),
    [
      { kind: "variable", name: "a", value: "1" },
      { kind: "variable", name: "b", value: "2" },
    ],
  ],
];

describe.each(table)("%s", (_, bytes, decode, value) => {
  it("is read", () => {
    expect(decode(new ByteReader(bytes))).toEqual(value);
  });

  it("cut short or changed, is read as something else or refused", () => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(bytes.length), (bytesChanged, end) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of bytesChanged) if (at < changed.length) changed[at] = byte;
        onlyGatewayErrors(() => decode(new ByteReader(changed, 0, end)));
      }),
    );
  });
});

describe("any bytes", () => {
  it.each([...new Map(table.map(([name, , decode]) => [decode, name]))])("%o", (decode) => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => onlyGatewayErrors(() => decode(new ByteReader(Buffer.from(bytes))))),
    );
  });
});

describe("what is refused", () => {
  const withAttributes = (attributes: HandshakeResponse["attributes"]): Buffer =>
    encodeHandshakeResponse({ ...response, attributes });
  const many = Array.from({ length: 200 }, (_, n) => [`a${n}`, ""] as const);
  it.each<[string, Decode, Buffer]>([
    [
      "a greeting of protocol 9",
      decodeHandshakeV10,
      Buffer.concat([Buffer.from([9]), encodeHandshakeV10(greeting).subarray(1)]),
    ],
    [
      "a response with bytes behind",
      wholeResponse,
      Buffer.concat([encodeHandshakeResponse(response), Buffer.alloc(2)]),
    ],
    [
      "a proof longer than its packet",
      wholeResponse,
      Buffer.concat([encodeSslRequest(start), Buffer.from("6100fe00000000010000", "hex")]),
    ],
    ["a user that is not UTF-8", wholeResponse, Buffer.concat([encodeSslRequest(start), Buffer.from("c32800", "hex")])],
    ["attributes without end", wholeResponse, withAttributes(many)],
    ["a length of 2^64-1", (body) => decodeStateChanges(body.rest()), Buffer.from("00feffffffffffffffff", "hex")],
    ["a length that is NULL", (body) => decodeStateChanges(body.rest()), Buffer.from("00fb", "hex")],
  ])("%s", (_, decode, bytes) => {
    expect(() => decode(new ByteReader(bytes))).toThrow(GatewayError);
  });
});

describe("AuthMoreData", () => {
  it("is what clients wait for", () => {
    expect(encodeAuthMoreData(FAST_AUTH_SUCCESS).toString("hex")).toBe("0103");
  });
});

function onlyGatewayErrors(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
  }
}
