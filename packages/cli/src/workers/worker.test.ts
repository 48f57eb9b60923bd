import cluster from "node:cluster";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayConfig } from "@sallyport/gateway/config";
import { expect, it } from "vitest";
import { startWorker } from "./worker.ts";

it("ends one that says what no worker says, and nothing else ends by it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-worker-"));
  try {
    const exec = join(folder, "broken.mjs");
    await writeFile(exec, `process.send({ kind: "nonsense" }); setInterval(() => undefined, 1_000);`);
    cluster.setupPrimary({ exec, args: [], execArgv: [] });
    const config = gatewayConfig.parse({
      state: { folder },
      recordings: folder,
      tls: { names: ["localhost"] },
      listeners: [{ protocol: "pg", port: 0 }],
    });
    const start = { kind: "start", number: 1, config, databaseUrl: "", maskKey: "" } as const;
    const worker = startWorker(start, () => Promise.resolve([]));
    expect(await worker.exited).toBe("it said what no worker says");
    await expect(worker.ready).rejects.toThrow("it said what no worker says");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
