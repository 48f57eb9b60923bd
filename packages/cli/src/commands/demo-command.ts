import { constants } from "node:os";
import { resolve } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { otherProtocols, type OtherProtocol } from "../demo/shop-server.ts";
import { runDemo } from "../demo/supervisor.ts";
import { demoPorts } from "../demo/ports.ts";
import { stopRequested } from "../stop-request.ts";

/** The options of `sallyport demo`. */
export interface DemoCommandOptions {
  readonly state: string;
  readonly fresh: boolean;
  /** What runs beside PostgreSQL, separated by commas. */
  readonly with: string;
  readonly exitWithParent: boolean;
}

/** Runs the demo until it is told to stop, or a part of it fails. */
export async function startDemo(options: DemoCommandOptions): Promise<never> {
  const stop = stopRequested(options);
  const ports = demoPorts(process.env["SALLYPORT_PORT_BASE"]);
  const reason = await runDemo({
    state: resolve(options.state),
    fresh: options.fresh,
    others: othersNamed(options.with),
    ports,
    stop,
    say: console.log,
  });
  process.exit(reason === "parent-gone" ? 0 : 128 + constants.signals[reason]);
}

function othersNamed(list: string): readonly OtherProtocol[] {
  const names = list.split(",").filter((name) => name !== "");
  const unknown = names.find((name) => !otherProtocols.some((other) => other === name));
  if (unknown === undefined) return otherProtocols.filter((other) => names.includes(other));
  throw new CommandFailure(
    `The demo has no database named "${unknown}".`,
    `Beside PostgreSQL it can start ${otherProtocols.join(" and ")}: --with ${otherProtocols.join(",")}`,
  );
}
