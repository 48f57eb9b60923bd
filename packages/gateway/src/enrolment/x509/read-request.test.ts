import { createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from "node:crypto";
import type * as X509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { loadX509 } from "./load-x509.ts";
import { importAuthorityKey, makeAuthority } from "./make-authority.ts";
import { readRequest } from "./read-request.ts";
import { ecdsaP256, signCertificate } from "./sign-certificate.ts";

let x509: typeof X509;
let keys: webcrypto.CryptoKeyPair;

beforeAll(async () => {
  x509 = await loadX509();
  keys = await webcrypto.subtle.generateKey(ecdsaP256, true, ["sign", "verify"]);
});

type Params = Partial<X509.Pkcs10CertificateRequestCreateParams>;

async function requestWith(changes: Params): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ["db-1"] }],
    keys,
    signingAlgorithm: ecdsaP256,
    ...changes,
  });
  return request.toString("pem");
}

describe("a certificate request", () => {
  it("gives its key and its common name", async () => {
    const { commonName, keyInfo } = await readRequest(await requestWith({}));
    expect(commonName).toBe("db-1");
    expect(createPublicKey({ key: keyInfo, type: "spki", format: "der" }).asymmetricKeyDetails?.namedCurve).toBe(
      "prime256v1",
    );
    expect((await readRequest(await requestWith({ name: [] }))).commonName).toBeUndefined();
  });

  it.each<[string, () => Params]>([
    [
      "alternative names",
      () => ({ extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "gateway" }])] }),
    ],
    ["being an authority", () => ({ extensions: [new x509.BasicConstraintsExtension(true, 2, true)] })],
    ["more than a common name", () => ({ name: [{ CN: ["db-1"] }, { OU: ["other-group"] }] })],
    ["several common names", () => ({ name: [{ CN: ["db-1", "db-2"] }] })],
    ["something that is no common name", () => ({ name: [{ O: ["db-1"] }] })],
    ["attributes", () => ({ attributes: [new x509.ChallengePasswordAttribute("sesame")] })],
  ])("that asks for %s is refused", async (_what, changes) => {
    await expect(readRequest(await requestWith(changes()))).rejects.toMatchObject({
      code: "enrolment/request-refused",
    });
  });

  it.each([
    [
      "an RSA key",
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 1024 },
    ],
    ["a curve that is not asked for", { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" }],
  ])("with %s is refused", async (_what, algorithm) => {
    const other = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const pem = await requestWith({ keys: other, signingAlgorithm: algorithm });
    await expect(readRequest(pem)).rejects.toThrow("P-256 or P-384");
  });

  it("that somebody else's key signed is refused", async () => {
    const der = Buffer.from((await requestWith({})).replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const spki = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "der" });
    const own = Buffer.from(await webcrypto.subtle.exportKey("spki", keys.publicKey));
    spki.copy(der, der.indexOf(own));
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
    await expect(readRequest(pem)).rejects.toThrow("not signed by its own key");
  });

  it.each([
    ["nothing", ""],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
    ["no ASN.1", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"],
    ["too much", `-----BEGIN CERTIFICATE REQUEST-----\n${"A".repeat(5000)}\n-----END CERTIFICATE REQUEST-----`],
  ])("that is %s is refused", async (_what, pem) => {
    await expect(readRequest(pem)).rejects.toMatchObject({ code: "enrolment/request-refused" });
  });
});

describe("a certificate of the authority", () => {
  it("says what the gateway says, can sign nothing, and is verified by the authority", async () => {
    const made = await makeAuthority("test");
    const issuer = { certificate: made.certificate, key: await importAuthorityKey(made.key) };
    const { publicKey } = await readRequest(await requestWith({}));
    const signed = await signCertificate(issuer, {
      publicKey,
      commonName: "db-1",
      organizationalUnit: "vpc-1",
      usages: ["clientAuth"],
      uri: "sallyport://agents/vpc-1/db-1",
      lifetimeMs: 86_400_000,
    });
    const certificate = new X509Certificate(signed.certificate);
    expect(certificate.subject).toBe("CN=db-1\nOU=vpc-1");
    expect(certificate.subjectAltName).toBe("URI:sallyport://agents/vpc-1/db-1");
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(certificate.fingerprint256).toBe(signed.fingerprint);
    expect(certificate.verify(new X509Certificate(made.certificate).publicKey)).toBe(true);
    expect(signed.expires.getTime() - Date.now()).toBeGreaterThan(86_390_000);
  });
});
