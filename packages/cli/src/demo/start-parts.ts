import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ensureCertificates } from "./certificates.ts";
import { startPart } from "./child-process.ts";
import type { DemoFile } from "./demo-file.ts";
import type { DemoPlan } from "./demo-plan.ts";
import { fillStore, startDemoDatabase } from "./demo-state.ts";
import { describeDemo } from "./describe-demo.ts";
import { writeDocuments } from "./documents/write-documents.ts";
import { DEMO_AUDIENCE, startIdentityProvider } from "./identity-provider.ts";
import { openShop, type OpenShop } from "./open-shop.ts";
import { writeProcessConfigs } from "./processes-config.ts";

const AGENT_GROUP = "demo";

/** Everything that runs, and what to tell about it. */
export interface StartedParts {
  readonly demoFile: DemoFile;
  /** Resolves with a sentence as soon as one of the parts is gone. */
  readonly failed: Promise<{ readonly name: string; readonly lastLines: string; readonly logFile: string }>;
}

/** Starts the parts of the demo one after another; each adds to `stops` how it is ended. */
export async function startParts(plan: DemoPlan, stops: AsyncDisposableStack): Promise<StartedParts> {
  const { state, ports, say } = plan;
  const certificates = await ensureCertificates(state.certificates);
  const first = await openShop(plan, "pg", AGENT_GROUP, certificates, stops);
  const others: OpenShop[] = [];
  for (const protocol of plan.others) others.push(await openShop(plan, protocol, AGENT_GROUP, certificates, stops));
  const shops = [first, ...others];
  say("  identity provider …");
  const identityProvider = await startIdentityProvider({
    keyFile: state.identityKeyFile,
    port: ports.identityProvider,
  });
  stops.defer(() => identityProvider.stop());
  say("  state store …");
  const databaseUrl = await startDemoDatabase(state, stops);
  await writeDocuments(state.documents, {
    connections: shops.map(({ document }) => document),
    identityProvider: {
      identityProvider: "demo",
      issuer: identityProvider.issuer,
      audience: DEMO_AUDIENCE,
      algorithms: ["ES256"],
      principal: { name: "sub", groups: "groups", kind: "kind", defaultKind: "human", onBehalfOf: "on_behalf_of" },
    },
    agent: { agent: "demo-agent", group: AGENT_GROUP, certificate: certificates.agent.fingerprint },
  });
  await fillStore(
    databaseUrl,
    state.documents,
    shops.flatMap(({ tickets }) => [...tickets.values()].map(({ ticket }) => ticket)),
  );
  await writeProcessConfigs(
    state,
    certificates,
    ports,
    shops.map(({ protocol }) => protocol),
  );
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

  const tokens = {
    alice: await identityProvider.tokenFor("alice"),
    bob: await identityProvider.tokenFor("bob"),
    "chatgpt-agent": await identityProvider.tokenFor("chatgpt-agent"),
    "ci-migrations": await identityProvider.tokenFor("ci-migrations"),
  };
  const parts = [gateway, agent, ...shops.map(({ server }) => ({ ...server, name: server.label }))];
  return {
    demoFile: describeDemo({
      pids: { gateway: gateway.pid, agent: agent.pid },
      ports,
      caFile: certificates.caFile,
      first,
      others,
      tokens,
    }),
    failed: Promise.race(parts.map(async ({ name, logFile, exited }) => ({ name, logFile, lastLines: await exited }))),
  };
}
