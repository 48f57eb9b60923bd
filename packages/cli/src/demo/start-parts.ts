import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureCertificates } from "./certificates.ts";
import { startPart } from "./child-process.ts";
import { pgUrl, type DemoAccess, type DemoFile } from "./demo-file.ts";
import { writeDocuments } from "./documents/write-documents.ts";
import { DEMO_AUDIENCE, startIdentityProvider } from "./identity-provider.ts";
import type { DemoPorts } from "./ports.ts";
import type { DemoPrincipalName } from "./principals.ts";
import { writeProcessConfigs } from "./processes-config.ts";
import { SHOP_OWNER, startShopDatabase } from "./shop-database.ts";
import type { StateFolder } from "./state-folder.ts";
import { ensureTickets } from "./tickets.ts";

const CONNECTION = "shop";
const AGENT_GROUP = "demo";

/** Everything that runs, and what to tell about it. */
export interface StartedParts {
  readonly demoFile: DemoFile;
  /** Resolves with a sentence as soon as one of the parts is gone. */
  readonly failed: Promise<{ readonly name: string; readonly lastLines: string; readonly logFile: string }>;
}

/** Starts the parts of the demo one after another; each adds to `stops` how it is ended. */
export async function startParts(
  state: StateFolder,
  ports: DemoPorts,
  stops: AsyncDisposableStack,
  say: (line: string) => void,
): Promise<StartedParts> {
  const certificates = await ensureCertificates(state.certificates);
  const server = await startShopDatabase(state, ports.server, certificates, say);
  stops.defer(() => server.stop());
  say("  identity provider …");
  const identityProvider = await startIdentityProvider({
    keyFile: state.identityKeyFile,
    port: ports.identityProvider,
  });
  stops.defer(() => identityProvider.stop());
  const tickets = await ensureTickets(state.ticketSecretsFile, CONNECTION);
  await writeDocuments(state.store, {
    connection: {
      connection: CONNECTION,
      protocol: "pg",
      agentGroup: AGENT_GROUP,
      server: { host: server.host, port: server.port, tls: "verify-full", caFile: certificates.caFile },
      database: "shop",
      options: {},
      credential: { user: SHOP_OWNER, password: `file:${state.databasePasswordFile}` },
    },
    identityProvider: {
      identityProvider: "demo",
      issuer: identityProvider.issuer,
      audience: DEMO_AUDIENCE,
      algorithms: ["ES256"],
      principal: { name: "sub", groups: "groups", kind: "kind", defaultKind: "human", onBehalfOf: "on_behalf_of" },
    },
    agent: { agent: "demo-agent", group: AGENT_GROUP, certificate: certificates.agent.fingerprint },
    tickets: [...tickets.values()].map(({ document }) => document),
  });
  await writeProcessConfigs(state, certificates, ports);
  say("  gateway …");
  const gateway = await startPart(
    "gateway",
    ["gateway", "--config", state.gatewayConfig],
    join(state.logs, "gateway.log"),
  );
  // ended before the agent, so that clients are told why
  const gatewayStop = (): Promise<void> => gateway.stop();
  stops.defer(gatewayStop);
  say("  agent …");
  const agent = await startPart("agent", ["agent", "--config", state.agentConfig], join(state.logs, "agent.log"));
  stops.defer(() => agent.stop());
  stops.defer(gatewayStop);
  stops.defer(() => rm(state.demoFile, { force: true }));

  const access = async (name: DemoPrincipalName): Promise<DemoAccess> => {
    const ticket = tickets.get(name);
    if (ticket === undefined) throw new Error(`no ticket for ${name}`);
    const login = { user: ticket.document.ticket, secret: ticket.secret, port: ports.gateway, database: "shop" };
    return { token: await identityProvider.tokenFor(name), pgUrl: pgUrl({ ...login, caFile: certificates.caFile }) };
  };
  const parts = [gateway, agent, { name: "PostgreSQL server", logFile: server.logFile, exited: server.exited }];
  return {
    demoFile: {
      ready: true,
      pids: { gateway: gateway.pid, agent: agent.pid, server: server.pid },
      gateway: { caFile: certificates.caFile, pg: { host: "localhost", port: ports.gateway } },
      servers: { pg: { url: server.url.replace(/\/postgres$/, "/shop") } },
      principals: {
        alice: await access("alice"),
        bob: await access("bob"),
        "chatgpt-agent": await access("chatgpt-agent"),
        "ci-migrations": await access("ci-migrations"),
      },
    },
    failed: Promise.race(parts.map(async ({ name, logFile, exited }) => ({ name, logFile, lastLines: await exited }))),
  };
}
