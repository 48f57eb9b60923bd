import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CommandFailure } from "../command-failure.ts";
import { issueCertificate, makeAuthority } from "../demo/certificates/issue.ts";
import { findFerretProgram, startFerretServer } from "./ferret-server.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-ferret-servers-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("startFerretServer", () => {
  it("says how to get it where it is not", async () => {
    vi.stubEnv("SALLYPORT_CACHE", root);
    const started = await startFerretServer({ folder: join(root, "missing") }).catch((reason: unknown) => reason);
    vi.unstubAllEnvs();
    expect(started).toBeInstanceOf(CommandFailure);
    expect(started).toHaveProperty("nextStep", expect.stringContaining("Install Go"));
  });
});

// it is built only where there is Go
describe.each(findFerretProgram() === undefined ? [] : ["FerretDB"])("startFerretServer with %s", () => {
  it("keeps its data and its account, and speaks TLS with the certificate it was given", async () => {
    const folder = join(root, "kept");
    const first = await startFerretServer({ folder });
    await within(first.url, async (client) => {
      await client.db("shop").collection("kept").insertOne({ answer: 42 });
    });
    await first.stop();
    expect(() => process.kill(first.pid, 0)).toThrow("ESRCH");
    const authority = await makeAuthority("test", 1);
    const tls = await issueCertificate(authority, { name: "db", hosts: ["127.0.0.1"], usage: "server", days: 1 });
    const second = await startFerretServer({ folder, tls });
    await within(
      second.url,
      async (client) => {
        expect(await client.db("shop").collection("kept").findOne()).toMatchObject({ answer: 42 });
      },
      authority.certificate,
    );
    await second.stop();
  });

  it("lets nobody in with a wrong password, and says which port is taken", async () => {
    const server = await startFerretServer({ folder: join(root, "one") });
    const wrong = server.url.replace(server.password, "wrong");
    await expect(within(wrong, () => Promise.resolve())).rejects.toMatchObject({ code: 18 });
    const other = startFerretServer({ folder: join(root, "two"), port: server.port });
    await expect(other).rejects.toThrow(`Port ${server.port} is taken`);
    await server.stop();
  });
});

async function within(url: string, use: (client: MongoClient) => Promise<void>, ca?: string): Promise<void> {
  const client = new MongoClient(url, { ...(ca === undefined ? {} : { ca }), serverSelectionTimeoutMS: 5000 });
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.close();
  }
}
