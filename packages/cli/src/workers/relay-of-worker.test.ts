import { describe, expect, it } from "vitest";
import { relayOfWorker } from "./relay-of-worker.ts";

describe("a worker's relay", () => {
  it.each([undefined, { host: "127.0.0.1", port: 0 }, { socket: "/run/relay" }])(
    "is a socket that no other start has, where the configuration has no port: %j",
    (relay) => {
      const places = [1, 1, 2].map((number) => JSON.stringify(relayOfWorker(relay, number, "/tmp/relays")));
      expect(new Set(places).size).toBe(3);
      expect(places[0]).toMatch(/"\/tmp\/relays\/1-[0-9a-f]{8}"/);
    },
  );

  it("is a port of its own, which the others are told", () => {
    expect(relayOfWorker({ host: "0.0.0.0", port: 7500 }, 1, "/tmp")).toEqual({ host: "0.0.0.0", port: 7500 });
    expect(relayOfWorker({ host: "0.0.0.0", port: 7500, address: "10.0.3.7:7500" }, 3, "/tmp")).toEqual({
      host: "0.0.0.0",
      port: 7502,
      address: "10.0.3.7:7502",
    });
  });
});
