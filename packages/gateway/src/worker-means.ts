import type { Secret } from "@sallyport/shared/secret";

/** Of a gateway that is one of several processes on one machine, which share its ports and folders: what it has in common with the others. */
export interface WorkerMeans {
  /** Which of them it is; a label of its metrics. */
  readonly number: number;
  /** For the mask `hash` where the configuration names no key: the same for all, or one value would be shown as several hashes. */
  readonly maskKey: Secret<Buffer>;
  /** Where all of them listen for the API's own user. Whoever started them moves it to its place. */
  readonly apiSocket: string | undefined;
  /** The metrics of all, each as it has counted them, in the text format of Prometheus. */
  metrics(): Promise<readonly string[]>;
}
