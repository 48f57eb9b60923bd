import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiSocketOf } from "@sallyport/gateway/api/api-socket-of";
import { openSharedSocket } from "@sallyport/gateway/api/unix-door";
import { MASK_KEY_BYTES } from "@sallyport/gateway/policy/read-mask-key";
import { meaningOfHangUp } from "../meaning-of-hang-up.ts";
import type { ReplicaOptions } from "../replica.ts";
import type { StopReason } from "../stop-request.ts";
import { relayOfWorker } from "./relay-of-worker.ts";
import { prepareWorkers, startWorker } from "./worker.ts";
import type { StartOrder } from "./worker-messages.ts";
import { WorkerPlace } from "./worker-place.ts";

/** What a worker may take beyond its drain, for the last notes and connections. */
const CLOSE_WITHIN_MS = 20_000;

export interface WorkersOptions extends Omit<ReplicaOptions, "worker"> {
  readonly count: number;
}

/** Processes that share the ports; this one serves nobody. */
export interface Workers extends AsyncDisposable {
  /** Ends all of them, each as the reason to stop allows. */
  wind(reason: StopReason): Promise<void>;
}

/**
 * Starts the workers, and keeps their number: one that is lost is followed by another. The first one starts alone, as it makes what is made
 * once (tables, keys, the authority); resolves when all of them serve.
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { count, config, databaseUrl, localAgent, log } = options;
  await using opened = new AsyncDisposableStack();
  const path = apiSocketOf(config);
  const socket = path === undefined ? undefined : await openSharedSocket(path);
  if (socket !== undefined) opened.defer(() => socket.takeAway());
  const relays = await mkdtemp(join(tmpdir(), "sallyport-relays-"));
  opened.defer(() => rm(relays, { recursive: true, force: true }));
  const maskKey = randomBytes(MASK_KEY_BYTES).toString("hex");
  const orderFor = (number: number): StartOrder => ({
    kind: "start",
    number,
    config: { ...config, relay: relayOfWorker(config.relay, number, relays) },
    databaseUrl: databaseUrl.reveal(),
    maskKey,
    apiSocket: socket?.made,
    localAgent: localAgent === undefined ? undefined : { ...localAgent, allow: [...localAgent.allow] },
  });
  prepareWorkers();
  let settled = Promise.resolve();
  const places: readonly WorkerPlace[] = Array.from(
    { length: count },
    (_, index) =>
      new WorkerPlace({
        number: index + 1,
        log,
        prepare: async () => socket?.prepare(),
        start: () => startWorker(orderFor(index + 1), metrics),
        // one after another: of several that come at once one has made the socket
        onReady: () => (settled = settled.catch(() => undefined).then(() => socket?.settle())),
      }),
  );
  async function metrics(): Promise<readonly string[]> {
    const texts = await Promise.all(places.map(async ({ current }) => current?.metrics()));
    return texts.flatMap((text) => text ?? []);
  }
  const close = async (reason: StopReason): Promise<void> => {
    const drainMs = reason === "SIGTERM" ? config.drainSeconds * 1_000 : 0;
    await Promise.all(places.map((place) => place.close(reason, drainMs + CLOSE_WITHIN_MS)));
  };
  opened.defer(() => close("SIGINT"));
  if (meaningOfHangUp(config) === "kept") {
    const hangUp = (): void => places.forEach(({ current }) => current?.hangUp());
    process.on("SIGHUP", hangUp);
    opened.defer(() => void process.off("SIGHUP", hangUp));
  }
  const [first, ...others] = places;
  await first?.open();
  await Promise.all(others.map((place) => place.open()));
  log.info("workers.started", { count, pid: process.pid });
  const everything = opened.move();
  return {
    async wind(reason) {
      log.info("workers.stopping", { reason, count });
      await close(reason);
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
