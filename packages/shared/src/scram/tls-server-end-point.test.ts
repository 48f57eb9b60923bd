import fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { tlsServerEndPoint } from "./tls-server-end-point.ts";

/** `SEQUENCE { SEQUENCE {}, SEQUENCE { OID } }`: as much of a certificate as is looked at. */
function certificate(identifier: string): Buffer {
  const oid = Buffer.from(identifier, "hex");
  const algorithm = Buffer.concat([Buffer.from([0x30, oid.length + 2, 0x06, oid.length]), oid]);
  return Buffer.concat([Buffer.from([0x30, 0x81, algorithm.length + 2, 0x30, 0x00]), algorithm]);
}

describe("tlsServerEndPoint", () => {
  it.each([
    ["md5WithRSAEncryption", "2a864886f70d010104", "sha256"],
    ["sha1WithRSAEncryption", "2a864886f70d010105", "sha256"],
    ["sha256WithRSAEncryption", "2a864886f70d01010b", "sha256"],
    ["sha384WithRSAEncryption", "2a864886f70d01010c", "sha384"],
    ["ecdsa-with-SHA512", "2a8648ce3d040304", "sha512"],
  ])("hashes a certificate signed by %s", (_, identifier, hash) => {
    const der = certificate(identifier);
    expect(tlsServerEndPoint(der)?.data).toEqual(createHash(hash).update(der).digest());
  });

  it("is undefined for Ed25519, which has no hash of its own", () => {
    expect(tlsServerEndPoint(certificate("2b6570"))).toBeUndefined();
  });

  it("is undefined for what is no certificate", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => tlsServerEndPoint(Buffer.from(bytes)) === undefined));
  });
});
