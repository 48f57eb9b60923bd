import { dirname, resolve } from "node:path";
import { startAgent } from "@sallyport/agent/agent";
import { agentConfig } from "@sallyport/agent/config";
import { createLog } from "@sallyport/gateway/log";
import { protocols } from "../protocols.ts";
import { readConfig } from "../read-config.ts";
import { stopRequested, tellParentReady } from "../stop-request.ts";
import { closeAndExit } from "./closing.ts";

/** The options of `sallyport agent`. */
export interface AgentCommandOptions {
  readonly config: string;
  readonly exitWithParent: boolean;
}

/** Runs an agent until it is told to stop. */
export async function runAgent(options: AgentCommandOptions): Promise<never> {
  const folder = dirname(resolve(options.config));
  const config = await readConfig(options.config, agentConfig);
  const at = (path: string): string => resolve(folder, path);
  const log = createLog();
  const stop = stopRequested(options);
  const files = { caFile: at(config.caFile), certificateFile: at(config.certificateFile), keyFile: at(config.keyFile) };
  const agent = startAgent({ ...config, ...files }, protocols, log);
  log.info("agent.started", { agent: config.name, pid: process.pid });
  // an agent that is up but cannot reach its gateway is of no use to whoever waits for it
  void agent.online.then(tellParentReady);
  const reason = await stop;
  log.info("agent.stopping", { agent: config.name, reason });
  return closeAndExit(() => agent.stop());
}
