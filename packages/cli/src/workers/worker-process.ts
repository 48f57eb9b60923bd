import { endWith } from "../end-with.ts";
import { runWorker } from "./run-worker.ts";

try {
  await runWorker();
} catch (reason) {
  endWith(reason);
}
