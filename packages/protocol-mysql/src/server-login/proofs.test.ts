import { constants, createHash, createPrivateKey, generateKeyPairSync, privateDecrypt, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519Proof } from "./ed25519-proof.ts";
import { encryptPassword } from "./encrypt-password.ts";
import { exclusiveOr } from "./exclusive-or.ts";
import { nativeProof } from "./native-proof.ts";
import { sha2Proof } from "./sha2-proof.ts";

const PKCS8_OF_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

describe("client_ed25519", () => {
  it("signs as Ed25519 does where the password is as long as a seed", () => {
    const seed = fc.string({ unit: "binary-ascii", minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(seed, fc.uint8Array({ minLength: 32, maxLength: 32 }), (password, nonce) => {
        const der = Buffer.concat([PKCS8_OF_ED25519, Buffer.from(password)]);
        const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
        expect(ed25519Proof(password, Buffer.from(nonce))).toEqual(sign(null, Buffer.from(nonce), key));
      }),
      { numRuns: 50 },
    );
  });
});

describe("a nonce", () => {
  const nonce = Buffer.from("abcdefghijklmnopqrst");

  it.each([nativeProof, sha2Proof])("counts without the NUL behind it: %o", (proof) => {
    expect(proof("secret", Buffer.concat([nonce, Buffer.alloc(1)]))).toEqual(proof("secret", nonce));
  });

  it("of client_ed25519 may end in a NUL of its own", () => {
    const ending = Buffer.concat([nonce, Buffer.alloc(12)]);
    expect(ed25519Proof("secret", ending)).not.toEqual(ed25519Proof("secret", ending.subarray(0, 31)));
    expect(ed25519Proof("secret", Buffer.concat([ending, Buffer.alloc(1)]))).toEqual(ed25519Proof("secret", ending));
  });
});

describe("mysql_native_password", () => {
  it("lets the server that keeps the double hash see the single one", () => {
    const nonce = Buffer.from("abcdefghijklmnopqrst");
    const sha1 = (bytes: string | Buffer): Buffer => createHash("sha1").update(bytes).digest();
    const kept = sha1(sha1("secret"));
    const once = exclusiveOr(nativeProof("secret", nonce), sha1(Buffer.concat([nonce, kept])));
    expect(sha1(once)).toEqual(kept);
  });
});

describe("no password", () => {
  it.each([nativeProof, sha2Proof])("is proved by nothing: %o", (proof) => {
    expect(proof("", Buffer.alloc(20, 1))).toHaveLength(0);
  });
});

describe("a password under the server's key", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const nonce = Buffer.from("abcdefghijklmnopqrst");
  const pem = Buffer.from(publicKey.export({ type: "spki", format: "pem" }));

  it("is what the server reads, with its NUL and under its nonce", () => {
    const masked = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" },
      encryptPassword("sécret that is longer than the nonce", nonce, pem),
    );
    expect(exclusiveOr(masked, nonce).toString()).toBe("sécret that is longer than the nonce\0");
  });

  it.each([
    [
      "a key that is none",
      Buffer.from("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
      "server/malformed",
    ],
    ["any bytes", Buffer.alloc(100, 9), "server/malformed"],
    [
      "a key of another kind",
      Buffer.from(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" })),
      "server/malformed",
    ],
  ])("is not sent under %s", (_, key, code) => {
    expect(() => encryptPassword("secret", nonce, key)).toThrow(code);
  });

  it("must fit the key", () => {
    expect(() => encryptPassword("s".repeat(300), nonce, pem)).toThrow("server/login-failed");
  });
});
