import { constants } from "node:os";
import { resolve } from "node:path";
import { runDemo } from "../demo/supervisor.ts";
import { demoPorts } from "../demo/ports.ts";
import { stopRequested } from "../stop-request.ts";

/** The options of `sallyport demo`. */
export interface DemoCommandOptions {
  readonly state: string;
  readonly fresh: boolean;
  readonly exitWithParent: boolean;
}

/** Runs the demo until it is told to stop, or a part of it fails. */
export async function startDemo(options: DemoCommandOptions): Promise<never> {
  const stop = stopRequested(options);
  const ports = demoPorts(process.env["SALLYPORT_PORT_BASE"]);
  const reason = await runDemo({ state: resolve(options.state), fresh: options.fresh, ports, stop, say: console.log });
  process.exit(reason === "parent-gone" ? 0 : 128 + constants.signals[reason]);
}
