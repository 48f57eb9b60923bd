import { dirname, resolve } from "node:path";
import { startAgent } from "@sallyport/agent/agent";
import { identityOfFiles, type AgentIdentity } from "@sallyport/agent/agent-identity";
import { agentConfig, type AgentConfig } from "@sallyport/agent/config";
import { openEnrolledIdentity } from "@sallyport/agent/enrolment/enrolled-identity";
import { createLog, type Log } from "@sallyport/gateway/log";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { CommandFailure } from "../command-failure.ts";
import { protocols } from "../protocols.ts";
import { readConfig } from "../read-config.ts";
import { openReadyFile } from "../ready-file.ts";
import { readTokenFile } from "../read-token-file.ts";
import { stopRequested, tellParentReady } from "../stop-request.ts";
import { closeAndExit } from "./closing.ts";

/** The options of `sallyport agent`. */
export interface AgentCommandOptions {
  /** Left out: `allow` is all there is to say. */
  readonly config?: string | undefined;
  readonly allow: readonly string[];
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly state?: string | undefined;
  /** For whoever watches over the process, as the agent listens on nothing that could be asked. */
  readonly readyFile?: string | undefined;
  readonly exitWithParent: boolean;
}

const TOKEN_VARIABLE = "SALLYPORT_AGENT_TOKEN";
const DEFAULT_STATE = ".sallyport-agent";

/** Runs an agent until it is told to stop. */
export async function runAgent(options: AgentCommandOptions): Promise<never> {
  // the token stood in the list of processes up to here
  process.title = "sallyport agent";
  const token = await takeToken(options);
  const folder = options.config === undefined ? process.cwd() : dirname(resolve(options.config));
  const config = await readAgentConfig(options);
  const log = createLog();
  const ready = await openReadyFile(options.readyFile);
  const stop = stopRequested(options);
  const stopping = new AbortController();
  void stop.then(() => stopping.abort());
  await using opened = new AsyncDisposableStack();
  const known = identityOfConfig(config, folder);
  const state = stateFolder(options, config, folder);
  const identity = known ?? opened.use(await enrolled({ config, state, token, log, signal: stopping.signal }));
  const agent = startAgent(
    config,
    protocols,
    log,
    { privateFolder: known === undefined ? state : undefined },
    identity,
  );
  log.info("agent.started", { agent: identity.agent ?? config.name, pid: process.pid });
  // an agent that is up but cannot reach its gateway is of no use to whoever waits for it
  void agent.online.then(() => {
    tellParentReady();
    return ready.say();
  });
  const reason = await stop;
  log.info("agent.stopping", { agent: identity.agent ?? config.name, reason, sessions: agent.sessionCount });
  await ready.takeAway();
  if (reason === "SIGTERM") await agent.drain(config.drainSeconds * 1_000);
  const held = opened.move();
  return await closeAndExit(async () => {
    await agent.stop();
    await held.disposeAsync();
  });
}

/** Taken out of the environment, where commands that print credentials, and connections that name variables, would find it. */
async function takeToken(options: AgentCommandOptions): Promise<Secret<string> | undefined> {
  const named = options.token ?? process.env[TOKEN_VARIABLE];
  delete process.env[TOKEN_VARIABLE];
  const token = named ?? (options.tokenFile === undefined ? undefined : await readTokenFile(options.tokenFile));
  return token === undefined || token === "" ? undefined : new Secret(token);
}

async function readAgentConfig({ config, allow }: AgentCommandOptions): Promise<AgentConfig> {
  if (config !== undefined) {
    const read = await readConfig(config, agentConfig);
    return { ...read, allow: [...read.allow, ...allow] };
  }
  const checked = agentConfig.safeParse({ allow });
  if (checked.success) return checked.data;
  throw new CommandFailure(
    "It is not said what this agent may dial.",
    "Name the databases: --allow db.internal:5432, or a file with `allow` in it: --config agent.yaml",
  );
}

function identityOfConfig(config: AgentConfig, folder: string): (AgentIdentity & { agent?: undefined }) | undefined {
  const { gateway, caFile, certificateFile, keyFile } = config;
  if (gateway === undefined || caFile === undefined || certificateFile === undefined || keyFile === undefined)
    return undefined;
  const at = (path: string): string => resolve(folder, path);
  return identityOfFiles({
    gateway,
    caFile: at(caFile),
    certificateFile: at(certificateFile),
    keyFile: at(keyFile),
  });
}

/** systemd's, where it gives one. */
function stateFolder({ state }: AgentCommandOptions, config: AgentConfig, folder: string): string {
  if (state !== undefined) return resolve(state);
  if (config.state !== undefined) return resolve(folder, config.state);
  return resolve(process.env["STATE_DIRECTORY"] ?? DEFAULT_STATE);
}

async function enrolled(means: {
  readonly config: AgentConfig;
  readonly state: string;
  readonly token: Secret<string> | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
}) {
  const { config, ...more } = means;
  try {
    return await openEnrolledIdentity({ name: config.name, ...more });
  } catch (reason) {
    if (!(reason instanceof GatewayError)) throw reason;
    throw new CommandFailure(`${reason.summary}${reason.detail === undefined ? "" : ` ${reason.detail}`}`, reason.hint);
  }
}
