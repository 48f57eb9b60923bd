import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import {
  authenticationCleartextPassword,
  authenticationOk,
  decodeAuthentication,
  encodeAuthenticationSasl,
  encodeAuthenticationSaslContinue,
  encodeAuthenticationSaslFinal,
} from "./authentication.ts";
import { decodeBackendKeyData, encodeBackendKeyData } from "./backend-key-data.ts";
import { encodeCancelRequest } from "./cancel-request.ts";
import { decodeErrorResponse } from "./error-response.ts";
import { decodeInitialMessage } from "./initial-message.ts";
import { decodeNegotiateProtocolVersion, encodeNegotiateProtocolVersion } from "./negotiate-protocol-version.ts";
import { decodeParameterStatus, encodeParameterStatus } from "./parameter-status.ts";
import { decodeReadyForQuery, readyForQueryIdle } from "./ready-for-query.ts";
import {
  decodeSASLInitialResponse,
  decodeSASLResponse,
  encodeSASLInitialResponse,
  encodeSASLResponse,
} from "./sasl-response.ts";
import { sslRequest } from "./ssl-request.ts";
import { encodeStartupMessage } from "./startup-message.ts";

type Decode = (body: ByteReader) => unknown;

const startup = {
  type: "StartupMessage",
  major: 3,
  minor: 2,
  parameters: [
    ["user", "alice"],
    ["TimeZone", "Zürich"],
  ],
} as const;
const longKey = { id: -1, secret: Buffer.alloc(256, 3) };
const negotiation = { major: 3, minor: 2, unknownOptions: ["_pq_.a", "_pq_.b"] };

/** Bytes, how long their header is, what reads them, and what they say. */
const table: readonly (readonly [name: string, bytes: Buffer, header: number, decode: Decode, value: unknown])[] = [
  ["SSLRequest", sslRequest, 4, decodeInitialMessage, { type: "SSLRequest" }],
  ["GSSENCRequest", Buffer.from("0000000804d21630", "hex"), 4, decodeInitialMessage, { type: "GSSENCRequest" }],
  [
    "CancelRequest",
    Buffer.from("0000001004d2162e0000000700000009", "hex"),
    4,
    decodeInitialMessage,
    { type: "CancelRequest", key: { id: 7, secret: Buffer.from([0, 0, 0, 9]) } },
  ],
  [
    "CancelRequest of 3.2",
    encodeCancelRequest(longKey),
    4,
    decodeInitialMessage,
    { type: "CancelRequest", key: longKey },
  ],
  ["StartupMessage", encodeStartupMessage(startup), 4, decodeInitialMessage, startup],
  [
    "StartupMessage of protocol 2",
    Buffer.from("0000000900020000ff", "hex"),
    4,
    decodeInitialMessage,
    { ...startup, major: 2, minor: 0, parameters: [] },
  ],
  [
    "NegotiateProtocolVersion",
    encodeNegotiateProtocolVersion(negotiation),
    5,
    decodeNegotiateProtocolVersion,
    negotiation,
  ],
  ["AuthenticationOk", authenticationOk, 5, decodeAuthentication, { kind: "ok" }],
  [
    "AuthenticationCleartextPassword",
    authenticationCleartextPassword,
    5,
    decodeAuthentication,
    { kind: "cleartext-password" },
  ],
  [
    "AuthenticationMD5Password",
    Buffer.from("520000000c0000000501020304", "hex"),
    5,
    decodeAuthentication,
    { kind: "md5-password", salt: Buffer.from([1, 2, 3, 4]) },
  ],
  [
    "AuthenticationSASL",
    encodeAuthenticationSasl(["A", "B"]),
    5,
    decodeAuthentication,
    { kind: "sasl", mechanisms: ["A", "B"] },
  ],
  [
    "AuthenticationSASLContinue",
    encodeAuthenticationSaslContinue("r=x"),
    5,
    decodeAuthentication,
    { kind: "sasl-continue", data: "r=x" },
  ],
  [
    "AuthenticationSASLFinal",
    encodeAuthenticationSaslFinal("v=x"),
    5,
    decodeAuthentication,
    { kind: "sasl-final", data: "v=x" },
  ],
  [
    "AuthenticationGSS",
    Buffer.from("520000000800000007", "hex"),
    5,
    decodeAuthentication,
    { kind: "unsupported", name: "GSSAPI" },
  ],
  [
    "SASLInitialResponse",
    encodeSASLInitialResponse({ mechanism: "M", data: "n,," }),
    5,
    decodeSASLInitialResponse,
    { mechanism: "M", data: "n,," },
  ],
  ["SASLResponse", encodeSASLResponse("c=biws"), 5, decodeSASLResponse, "c=biws"],
  [
    "ParameterStatus",
    encodeParameterStatus({ name: "a", value: "ß" }),
    5,
    decodeParameterStatus,
    { name: "a", value: "ß" },
  ],
  ["BackendKeyData", encodeBackendKeyData(longKey), 5, decodeBackendKeyData, longKey],
  ["ReadyForQuery", readyForQueryIdle, 5, decodeReadyForQuery, "idle"],
  [
    "ErrorResponse",
    Buffer.from("4500000012534500433133303030004d780000", "hex"),
    5,
    decodeErrorResponse,
    { severity: "E", code: "13000", message: "x" },
  ],
];

describe.each(table)("%s", (_, bytes, header, decode, value) => {
  it("announces its length", () => {
    expect(bytes.readInt32BE(header - 4)).toBe(bytes.length - (header - 4));
  });

  it("is read", () => {
    expect(decode(new ByteReader(bytes, header))).toEqual(value);
  });

  it("cut short or changed, is read as something else or refused", () => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(bytes.length), (bytesChanged, end) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of bytesChanged) if (at < changed.length) changed[at] = byte;
        onlyGatewayErrors(() => decode(new ByteReader(changed, header, Math.max(header, end))));
      }),
    );
  });
});

describe("any bytes", () => {
  it.each([...new Map(table.map(([name, , , decode]) => [decode, name]))])("%o", (decode) => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => onlyGatewayErrors(() => decode(new ByteReader(Buffer.from(bytes))))),
    );
  });
});

describe("a cancel secret", () => {
  it.each([0, 3, 257])("of %d bytes is refused", (bytes) => {
    expect(() => decodeBackendKeyData(new ByteReader(Buffer.alloc(4 + bytes)))).toThrow(GatewayError);
  });
});

function onlyGatewayErrors(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
  }
}
