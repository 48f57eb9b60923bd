import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha2Proof } from "../server-login/sha2-proof.ts";
import { freshNonce } from "./nonce.ts";
import { isProofOf } from "./sha2-proof.ts";

const sha256 = (bytes: string | Buffer): Buffer => createHash("sha256").update(bytes).digest();

describe("a proof of caching_sha2_password", () => {
  it("is right for its secret and nonce, and for no others", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(31), fc.integer({ min: 1, max: 255 }), (secret, at, change) => {
        const verifier = { sha256Twice: sha256(sha256(secret)) };
        const nonce = freshNonce();
        const proof = sha2Proof(secret, nonce);
        expect(isProofOf(verifier, nonce, proof)).toBe(true);
        expect(isProofOf(verifier, freshNonce(), proof)).toBe(false);
        expect(isProofOf({ sha256Twice: sha256(sha256(`${secret}x`)) }, nonce, proof)).toBe(false);
        proof.writeUInt8(proof.readUInt8(at) ^ change, at);
        expect(isProofOf(verifier, nonce, proof)).toBe(false);
      }),
    );
  });

  it.each([0, 1, 20, 31, 33, 64])("is not of %d bytes", (length) => {
    expect(isProofOf({ sha256Twice: Buffer.alloc(32) }, freshNonce(), Buffer.alloc(length))).toBe(false);
  });

  it("cannot be made of what is kept", () => {
    const sha256Twice = sha256(sha256("secret"));
    const nonce = freshNonce();
    const mask = createHash("sha256").update(sha256Twice).update(nonce).digest();
    expect(isProofOf({ sha256Twice }, nonce, mask)).toBe(false);
    expect(isProofOf({ sha256Twice }, nonce, Buffer.from(mask.map((byte, at) => byte ^ (sha256Twice[at] ?? 0))))).toBe(
      false,
    );
  });
});

describe("a nonce", () => {
  it("is text without a NUL, and never the same", () => {
    const nonces = Array.from({ length: 200 }, freshNonce);
    expect(nonces.every((nonce) => nonce.length === 20 && nonce.every((byte) => byte > 0 && byte < 0x80))).toBe(true);
    expect(new Set(nonces.map((nonce) => nonce.toString("hex"))).size).toBe(200);
  });
});
