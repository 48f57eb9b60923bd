import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { startBench, startGatewayRig } from "../contract/gateway-rig.ts";
import { toyDriver } from "../contract/toy-driver.ts";
import { until } from "../support/until.ts";

const LOGINS = 20;

describe("a connection that logs in anew, again and again, as pools have it do", () => {
  it("keeps nothing of the sessions that it had", async () => {
    await using bench = await startBench(toyDriver);
    await using rig = await startGatewayRig(bench, { tunnel: "local" });
    const client = await rig.logIn();
    const sessions: WeakRef<object>[] = [];
    for (let login = 0; login < LOGINS; login += 1) {
      sessions.push(...rig.road.gateway.sessions.all().map((session) => new WeakRef(session)));
      await client.logInAgain?.(rig.ticket);
    }
    expect(sessions).toHaveLength(LOGINS);
    const collect = garbageCollector();
    await until(() => {
      collect();
      return sessions.every((session) => session.deref() === undefined);
    });
    expect(await client.ask("READ on")).toEqual([{ kind: "result", value: "on" }]);
    client.end();
    await rig.allGone();
  });
});

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("the garbage collector cannot be called");
  return () => void Reflect.apply(collect, undefined, []);
}
