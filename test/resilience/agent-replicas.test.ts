import { startAgent } from "@sallyport/agent/agent";
import { identityOfFiles } from "@sallyport/agent/agent-identity";
import { agentConfig } from "@sallyport/agent/config";
import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { pg } from "@sallyport/protocol-pg/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startRoad, type Road } from "../support/road.ts";
import { until } from "../support/until.ts";
import { connectWatched } from "../support/watched-client.ts";

/** Longer than any of these tests may take. */
const LONG_MS = 600_000;

/** Three replicas on one store, and one agent that knows of all of them. */
describe("one agent of three replicas", () => {
  let road: Road;
  let opened: AsyncDisposableStack;
  let replicas: readonly Gateway[];

  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    road = opened.use(await startRoad());
    await road.agent?.stop();
    const others = [await startGateway(road.options), await startGateway(road.options)];
    for (const other of others) opened.use(other);
    replicas = [road.gateway, ...others];
    const { certificateFile, keyFile } = road.certificates.agent;
    const files = identityOfFiles({ gateway: "", caFile: road.certificates.caFile, certificateFile, keyFile });
    const gateways = replicas.map(({ tunnelPort }) => `localhost:${tunnelPort}`);
    const config = agentConfig.parse({ allow: [`127.0.0.1:${road.server.port}`], healthIntervalSeconds: 3_600 });
    opened.use(
      startAgent(
        config,
        [pg],
        road.log,
        { random: () => 0 },
        { material: async () => ({ ...(await files.material()), gateways }) },
      ),
    );
    await until(() => served().length === 2);
  });
  afterEach(() => opened.disposeAsync());

  function served(): readonly Gateway[] {
    return replicas.filter(({ tunnels }) => tunnels.tunnels.length > 0);
  }

  async function urlOf(replica: Gateway | undefined): Promise<string> {
    const url = new URL(await road.urlFor({ name: "alice" }));
    await until(() => replica?.store.snapshot().tickets.has(decodeURIComponent(url.username)) === true);
    url.port = String(replica?.listeners[0]?.port ?? 0);
    return url.href;
  }

  it("serves clients of two of them, and of the third when one is told to stop", async () => {
    const [leaving, staying] = served();
    const spare = replicas.find((replica) => replica !== leaving && replica !== staying);
    await using writing = await connectWatched(await urlOf(leaving));
    await using other = await connectWatched(await urlOf(staying));
    await writing.client.query("BEGIN");
    const drained = leaving?.drain(LONG_MS);
    await until(() => spare !== undefined && spare.tunnels.tunnels.length > 0);
    await using next = await connectWatched(await urlOf(spare));
    await next.client.query("SELECT 1");
    await writing.client.query("SELECT 1");
    await writing.client.query("COMMIT");
    expect(await writing.ended).toMatchObject({ code: "57P01" });
    await drained;
    await leaving?.close();
    await other.client.query("SELECT 1");
    expect(served()).toHaveLength(2);
  });

  it("serves clients of the others when one is lost", async () => {
    const [lost, kept] = served();
    await using there = await connectWatched(await urlOf(kept));
    await lost?.close();
    await until(() => served().length === 2);
    await there.client.query("SELECT 1");
  });
});
