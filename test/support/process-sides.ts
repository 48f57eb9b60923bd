import type { Part } from "@sallyport/cli/demo/child-process";
import type { Both } from "./arena.ts";
import { startProcessRoad, type ProcessRoad } from "./process-road.ts";
import { sideOf, type Side } from "./wire-client.ts";

/** Both sides of one database, with gateway and agent as processes of their own, whose memory can be measured. */
export interface ProcessSides extends AsyncDisposable {
  readonly road: ProcessRoad;
  readonly sides: Both<Side>;
  readonly gateway: Part;
  readonly agent: Part;
}

export async function startProcessSides(): Promise<ProcessSides> {
  await using opened = new AsyncDisposableStack();
  const road = opened.use(await startProcessRoad());
  const gateway = await road.startGateway();
  const agent = await road.startAgent();
  const everything = opened.move();
  return {
    road,
    gateway,
    agent,
    sides: { direct: sideOf("direct", road.server.url), through: sideOf("through", road.url) },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
