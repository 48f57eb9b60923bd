import { describe, expect, it } from "vitest";
import { advertisedRelay } from "./advertised-relay.ts";

const relay = { host: "0.0.0.0", port: 7500, address: "10.0.0.1:7500" };

describe("the relay that other replicas are told of", () => {
  it.each([
    ["10.0.3.7", "10.0.3.7:7500"],
    ["fd00::7", "[fd00::7]:7500"],
  ])("has the environment's host %s, whatever the configuration says", (host, address) => {
    expect(advertisedRelay(relay, host)).toEqual({ ...relay, address });
  });

  it.each([undefined, ""])("is the configuration's where the environment says %j", (host) => {
    expect(advertisedRelay(relay, host)).toBe(relay);
  });

  it("stays away, or a socket, where the configuration has it so", () => {
    expect(advertisedRelay(undefined, "10.0.3.7")).toBeUndefined();
    expect(advertisedRelay({ socket: "/run/relay" }, "10.0.3.7")).toEqual({ socket: "/run/relay" });
  });

  it("needs a port that can be told", () => {
    expect(() => advertisedRelay({ host: "0.0.0.0", port: 0 }, "10.0.3.7")).toThrow("relay.port is 0");
  });
});
