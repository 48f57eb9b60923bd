import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startGatewayRig, type GatewayBench, type GatewayRig } from "./gateway-rig.ts";
import type { ProtocolDriver } from "./protocol-driver.ts";

/** How a statement is stopped by whoever has its session's key, in protocols that have such keys. */
export function describeCancelByKey(
  name: string,
  bench: () => GatewayBench,
  tunnel: "grpc" | "local",
  cancel: NonNullable<ProtocolDriver["cancel"]>,
): void {
  const start = (): Promise<GatewayRig> => startGatewayRig(bench(), { tunnel });

  describe(`${name}: a cancel`, () => {
    it("stops what its own session runs, and nothing else; a key that is not right stops nothing", async () => {
      await using rig = await start();
      const { driver, server } = bench();
      const { endless, read } = driver.statements;
      const [one, two] = [await rig.logIn(), await rig.logIn()];
      const connections = rig.link.accepted;
      const seenBefore = (await server.statements()).length;
      const running = [one.ask(endless.text), two.ask(endless.text)];
      const ended: string[] = [];
      void running[0]?.then(() => ended.push("one"));
      void running[1]?.then(() => ended.push("two"));
      // a cancel that overtook its statement would find nothing to stop
      while ((await server.statements()).length < seenBefore + 2) await turn();
      await cancel(rig.port, { id: one.cancelKey.id, secret: two.cancelKey.secret });
      await cancel(rig.port, { id: two.cancelKey.id, secret: Buffer.alloc(two.cancelKey.secret.length) });
      await cancel(rig.port, one.cancelKey);
      expect(await running[0]).toEqual([{ kind: "error", native: endless.cancelled }]);
      expect(await one.ask(read("usable"))).toEqual([result("usable")]);
      expect(ended).toEqual(["one"]);
      await cancel(rig.port, two.cancelKey);
      expect(await running[1]).toEqual([{ kind: "error", native: endless.cancelled }]);
      // the server was asked twice, each time on a connection of its own
      expect(rig.link.accepted).toBe(connections + 2);
      one.end();
      two.end();
    });
  });
}

function result(value: string): { readonly kind: "result"; readonly value: string } {
  return { kind: "result", value };
}
