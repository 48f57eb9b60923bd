import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { HealthTarget } from "./health-targets.ts";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import { describe, expect, it } from "vitest";
import { createServerLook } from "./look-at-servers.ts";
import { TunnelRegistry, type RegisteredTunnel } from "./tunnel-registry.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function target(connection: string, host = "db"): HealthTarget {
  return {
    session: "health",
    protocol: "toy",
    connection,
    agentGroup: "group",
    server: { host, port: 7000, tls: "disable" },
    credential: { user: "app" },
    database: undefined,
    principal: "sallyport",
    settings: {},
    options: {},
  };
}

/** An agent whose servers answer when the test says so. */
function created() {
  const registry = new TunnelRegistry(silent);
  const asked: { readonly request: OpenSession; readonly answer: PromiseWithResolvers<ServerSession> }[] = [];
  const dropped: string[] = [];
  const tunnel: RegisteredTunnel = {
    agent: "agent",
    group: "group",
    instance: "a",
    epoch: 1,
    sessionCount: 0,
    isDraining: false,
    isHealthy: () => undefined,
    closed: new Promise(() => undefined),
    open: (request) => {
      const answer = Promise.withResolvers<ServerSession>();
      asked.push({ request, answer });
      return answer.promise;
    },
    cancel: () => Promise.resolve(),
    close: () => undefined,
  };
  const session = (version: string): ServerSession => {
    const stream: ByteStream = {
      read: () => Promise.resolve(undefined),
      write: () => undefined,
      end: () => undefined,
      destroy: () => dropped.push(version),
      closed: Promise.resolve(),
    };
    return { facts: { version, settings: {} }, stream };
  };
  const known = (each: HealthTarget) => registry.serverOf(each)?.version;
  registry.add(tunnel);
  return { look: createServerLook(registry), asked, dropped, session, known };
}

describe("a look at servers", () => {
  it("asks each that is not known once, however often documents change while it is slow", async () => {
    const { look, asked, dropped, session, known } = created();
    const [shop, vault] = [target("shop"), target("vault")];
    for (let change = 0; change < 50; change += 1) look([shop, vault]);
    expect(asked.map(({ request }) => request.connection)).toEqual(["shop", "vault"]);
    asked[0]?.answer.resolve(session("1"));
    asked[1]?.answer.reject(new GatewayError("server/unreachable", "down"));
    await turn();
    expect([known(shop), known(vault)]).toEqual(["1", undefined]);
    expect(dropped).toEqual(["1"]);
    look([shop, vault]);
    expect(asked.map(({ request }) => request.connection)).toEqual(["shop", "vault", "vault"]);
  });

  it("looks anew where a connection has another server, also while the former is being asked", async () => {
    const { look, asked, session, known } = created();
    const [former, next] = [target("shop"), target("shop", "other")];
    look([former]);
    look([next]);
    asked[1]?.answer.resolve(session("2"));
    await turn();
    expect([known(former), known(next)]).toEqual([undefined, "2"]);
  });
});
