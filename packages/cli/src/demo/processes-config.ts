import type { AgentConfigInput } from "@sallyport/agent/config";
import type { GatewayConfigInput } from "@sallyport/gateway/config";
import { stringify } from "yaml";
import type { DemoCertificates } from "./certificates.ts";
import { shopPorts, type DemoPorts } from "./ports.ts";
import { writePrivate } from "./private-file.ts";
import { connectionOf, type DemoProtocol } from "./shop-server.ts";
import type { StateFolder } from "./state-folder.ts";

const HOST = "127.0.0.1";

/** Writes what the demo's gateway and agent are started with: the same files that an installation would have. */
export async function writeProcessConfigs(
  state: StateFolder,
  certificates: DemoCertificates,
  ports: DemoPorts,
  protocols: readonly DemoProtocol[],
): Promise<void> {
  const { caFile } = certificates;
  const gateway: GatewayConfigInput = {
    state: { databaseUrl: `file:${state.databaseUrlFile}`, folder: state.database, staleSeconds: 300 },
    recordings: state.recordings,
    tls: certificates.gateway,
    listeners: protocols.map((protocol) => ({
      protocol,
      host: HOST,
      port: shopPorts(ports, protocol).gateway,
      connection: connectionOf(protocol),
      plaintext: "never",
    })),
    tunnel: { host: HOST, port: ports.tunnel, caFile, ...certificates.gateway },
    // over the socket alone: nobody has to know the port
    ...(state.socket === undefined ? {} : { api: { host: HOST, port: 0, socket: state.socket } }),
  };
  const { certificateFile, keyFile } = certificates.agent;
  const agent: AgentConfigInput = {
    name: "demo-agent",
    gateway: `localhost:${ports.tunnel}`,
    caFile,
    certificateFile,
    keyFile,
    // the agent's own say: it dials the demo's databases and nothing else, whatever the gateway asks
    allow: protocols.map((protocol) => `${HOST}:${shopPorts(ports, protocol).server}`),
    credentials: [...protocols.map((protocol) => `file:${state.shops[protocol].passwordFile}`), `file:${caFile}`],
  };
  await writePrivate(state.gatewayConfig, stringify(gateway));
  await writePrivate(state.agentConfig, stringify(agent));
}
