import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { GatewayConfig } from "@sallyport/gateway/config";
import { createLog } from "@sallyport/gateway/log";
import { Secret } from "@sallyport/shared/secret";
import { closeAndExit } from "../commands/closing.ts";
import { startReplica } from "../replica.ts";
import { openPrimary } from "./primary.ts";
import { workerLog } from "./worker-log.ts";

/** Serves as one of several workers until it is told to stop: a whole replica, whose ports node:cluster shares with the others'. */
export async function runWorker(): Promise<never> {
  const primary = openPrimary();
  const { number, config, databaseUrl, maskKey, apiSocket, localAgent } = await primary.started;
  process.once("exit", () => {
    if (!process.connected) takeRelaysAway(config);
  });
  const replica = await startReplica({
    config,
    databaseUrl: new Secret(databaseUrl),
    localAgent,
    log: workerLog(createLog(), number),
    worker: {
      number,
      maskKey: new Secret(Buffer.from(maskKey, "hex")),
      apiSocket,
      metrics: () => primary.metrics(),
    },
  });
  primary.tellReady(async () => (await replica.gateway.metrics.read()).text);
  await replica.wind(await primary.stopped);
  return await closeAndExit(async () => replica[Symbol.asyncDispose]());
}

/** Whoever made the folder of relays was killed, and the workers end with it. */
function takeRelaysAway({ relay }: GatewayConfig): void {
  if (relay !== undefined && "socket" in relay) rmSync(dirname(relay.socket), { recursive: true, force: true });
}
