import { rm } from "node:fs/promises";
import { CommandFailure } from "../command-failure.ts";
import { embeddedServerFolder } from "../state/embedded-database.ts";
import type { StopReason } from "../stop-request.ts";
import { takeFolderLock } from "../servers/folder-lock.ts";
import { clearLeftover } from "../servers/leftover.ts";
import { mysqlFolder } from "../servers/mysql-server.ts";
import { writeDemoFile } from "./demo-file.ts";
import { instructions } from "./instructions.ts";
import { assertPortsFree, type DemoPorts } from "./ports.ts";
import { postgresLeftover, serverFolder } from "../servers/postgres/data-folder.ts";
import type { OtherProtocol } from "./shop-server.ts";
import { startParts } from "./start-parts.ts";
import { emptyStateFolder, makeStateFolder, stateFolder } from "./state-folder.ts";

/** How a demo is run. */
export interface DemoOptions {
  readonly state: string;
  readonly fresh: boolean;
  readonly ports: DemoPorts;
  /** What runs beside PostgreSQL. */
  readonly others: readonly OtherProtocol[];
  readonly stop: Promise<StopReason>;
  readonly say: (line: string) => void;
}

/** Starts everything, says what to paste, and ends everything when it is told to or when a part is gone. */
export async function runDemo(options: DemoOptions): Promise<StopReason> {
  const { ports, others, stop, say } = options;
  const state = stateFolder(options.state);
  await makeStateFolder(state);
  await using stops = new AsyncDisposableStack();
  stops.defer(await takeFolderLock(state.lock, "A demo"));
  await rm(state.demoFile, { force: true });
  // a server whose demo was killed a moment ago is still writing
  await clearLeftover(postgresLeftover(serverFolder(state.shops.pg.server).data));
  await clearLeftover(postgresLeftover(serverFolder(embeddedServerFolder(state.database)).data));
  await clearLeftover(mysqlFolder(state.shops.mysql.server, "mysql").leftover);
  if (options.fresh) {
    await emptyStateFolder(state);
    await makeStateFolder(state);
  }
  await assertPortsFree(ports, ["pg", ...others]);
  say("Starting the demo:");
  const started = startParts({ state, ports, others, say }, stops);
  // the error of a start that was cut short is of no interest
  const first = await Promise.race([started, stop]);
  if (typeof first === "string") {
    await started.catch(() => undefined);
    return first;
  }
  await writeDemoFile(state.demoFile, first.demoFile);
  say(instructions(first.demoFile, state));
  const end = await Promise.race([stop, first.failed]);
  if (typeof end === "string") {
    say("Stopping the demo …");
    return end;
  }
  throw new CommandFailure(
    `The ${end.name} ended by itself, so the demo ends too. Its last log lines:\n${end.lastLines}`,
    `The whole log is in ${end.logFile}. Start again with: npm start`,
  );
}
