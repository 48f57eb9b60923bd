import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { connect, createServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureCertificates, fingerprintOf, type DemoCertificates } from "./certificates.ts";

describe("ensureCertificates", () => {
  let folder: string;
  let certificates: DemoCertificates;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-certificates-"));
    certificates = await ensureCertificates(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("lets a client and an agent verify the gateway, and the gateway the agent", async () => {
    const server = createServer({ ...material(certificates, "gateway"), requestCert: true });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const accepted = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const client = connect({
      port: address.port,
      host: "127.0.0.1",
      servername: "localhost",
      ...material(certificates, "agent"),
    });
    await new Promise((secure) => client.once("secureConnect", secure));
    const served = await accepted;
    expect(client.authorized).toBe(true);
    expect(served.authorized).toBe(true);
    expect(served.getPeerCertificate().fingerprint256).toBe(certificates.agent.fingerprint);
    client.destroy();
    served.destroy();
    server.close();
  });

  it("keeps keys from everybody else, and the authority's key nowhere", async () => {
    const keys = (await readdir(folder)).filter((name) => name.endsWith(".key"));
    expect(keys.toSorted()).toEqual(["agent.key", "gateway.key", "server.key"]);
    for (const key of keys) expect((await stat(join(folder, key))).mode & 0o777).toBe(0o600);
  });

  it("keeps what is there, and renews everything when a part is missing", async () => {
    const before = await fingerprintOf(certificates.caFile);
    await ensureCertificates(folder);
    expect(await fingerprintOf(certificates.caFile)).toBe(before);
    await rm(certificates.server.keyFile);
    const renewed = await ensureCertificates(folder);
    expect(await fingerprintOf(renewed.caFile)).not.toBe(before);
    expect(renewed.agent.fingerprint).not.toBe(certificates.agent.fingerprint);
  });
});

function material(
  certificates: DemoCertificates,
  name: "gateway" | "agent",
): { ca: Buffer; cert: Buffer; key: Buffer } {
  return {
    ca: readFileSync(certificates.caFile),
    cert: readFileSync(certificates[name].certificateFile),
    key: readFileSync(certificates[name].keyFile),
  };
}
