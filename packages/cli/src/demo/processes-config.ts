import type { AgentConfigInput } from "@sallyport/agent/config";
import type { GatewayConfig } from "@sallyport/gateway/config";
import { stringify } from "yaml";
import type { DemoCertificates } from "./certificates.ts";
import type { DemoPorts } from "./ports.ts";
import { writePrivate } from "./private-file.ts";
import type { StateFolder } from "./state-folder.ts";

const HOST = "127.0.0.1";

/** Writes what the demo's gateway and agent are started with: the same files that an installation would have. */
export async function writeProcessConfigs(
  state: StateFolder,
  certificates: DemoCertificates,
  ports: DemoPorts,
): Promise<void> {
  const { caFile } = certificates;
  const gateway: Omit<GatewayConfig, "limits"> = {
    store: state.store,
    recordings: state.recordings,
    tls: certificates.gateway,
    listeners: [{ protocol: "pg", host: HOST, port: ports.gateway, plaintext: "never" }],
    tunnel: { host: HOST, port: ports.tunnel, caFile, ...certificates.gateway },
  };
  const { certificateFile, keyFile } = certificates.agent;
  const agent: AgentConfigInput = {
    name: "demo-agent",
    gateway: `localhost:${ports.tunnel}`,
    caFile,
    certificateFile,
    keyFile,
    // the agent's own say: it dials the demo's database and nothing else, whatever the gateway asks
    allow: [`${HOST}:${ports.server}`],
    credentials: [`file:${state.databasePasswordFile}`, `file:${caFile}`],
  };
  await writePrivate(state.gatewayConfig, stringify(gateway));
  await writePrivate(state.agentConfig, stringify(agent));
}
