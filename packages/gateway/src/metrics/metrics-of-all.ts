import type { WorkerMeans } from "../worker-means.ts";
import type { GatewayMetrics } from "./gateway-metrics.ts";
import { mergeMetrics } from "./merge-metrics.ts";

/** A worker's metrics, of which those of all workers are read: whoever asks cannot choose which of them answers. */
export function metricsOfAll(own: GatewayMetrics, worker: WorkerMeans | undefined): GatewayMetrics {
  if (worker === undefined) return own;
  return {
    ...own,
    read: async () => ({ text: mergeMetrics(await worker.metrics()), contentType: own.contentType }),
  };
}
