import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { pg } from "@sallyport/protocol-pg/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestAgent } from "../support/protocol-road.ts";
import { startRoad, type Road } from "../support/road.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";

/** Two replicas on one store: an agent dials the first, and clients come to the second. */
describe("a session at a replica without an agent for it", () => {
  let road: Road;
  let opened: AsyncDisposableStack;
  let second: Gateway;
  let url: string;

  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    road = opened.use(await startRoad({ relay: true }));
    second = opened.use(await startGateway(road.options));
    await until(() => servedBy(second).length > 0);
    const at = new URL(await road.urlFor({ name: "alice" }));
    await until(() => second.store.snapshot().tickets.has(decodeURIComponent(at.username)));
    at.port = String(second.listeners[0]?.port);
    url = at.href;
  });
  afterEach(() => opened.disposeAsync());

  it("is passed on to one that has", async () => {
    await using alice = await connectWatched(url);
    expect((await alice.client.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    expect(second.sessions.size).toBe(1);
    expect(road.gateway.sessions.size).toBe(0);
  });
});

function servedBy({ tunnels }: Gateway): readonly string[] {
  return tunnels.replicas.flatMap(({ served }) => [...served]);
}
