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
