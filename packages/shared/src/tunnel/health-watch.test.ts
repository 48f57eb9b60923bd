import { GatewayError } from "../errors.ts";
import type { OpenSession, ServerFacts } from "./open-session.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HealthWatch } from "./health-watch.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("HealthWatch", () => {
  it("checks at once and then at its interval, one connection after the other", async () => {
    const { watch, reports } = start(() => Promise.resolve(facts));
    watch.watch([request("a"), request("b")]);
    await vi.advanceTimersByTimeAsync(0);
    expect(reports).toEqual(["a ok 1.0", "b ok 1.0"]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(reports).toEqual(["a ok 1.0", "b ok 1.0", "a ok 1.0", "b ok 1.0"]);
    watch.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(reports).toHaveLength(4);
  });

  it("reports a failure with its code", async () => {
    const { watch, reports } = start(() => Promise.reject(new GatewayError("server/login-failed", "no")));
    watch.watch([request("a")]);
    await vi.advanceTimersByTimeAsync(0);
    expect(reports).toEqual(["a server/login-failed"]);
    watch.stop();
  });

  it("says nothing more of connections that it was told to leave", async () => {
    const release = Promise.withResolvers<typeof facts>();
    const { watch, reports } = start(({ connection }) =>
      connection === "old" ? release.promise : Promise.resolve(facts),
    );
    watch.watch([request("old")]);
    watch.watch([request("new")]);
    release.resolve(facts);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(new Set(reports)).toEqual(new Set(["new ok 1.0"]));
    watch.stop();
  });
});

const facts: ServerFacts = { version: "1.0", settings: {} };

function start(check: (request: OpenSession) => Promise<ServerFacts>) {
  const reports: string[] = [];
  const report = (connection: string, found: ServerFacts | GatewayError) => {
    reports.push(`${connection} ${found instanceof GatewayError ? found.code : `ok ${found.version}`}`);
  };
  return { watch: new HealthWatch({ check, report, intervalMs: 30_000 }), reports };
}

function request(connection: string): OpenSession {
  return {
    session: "health",
    protocol: "toy",
    connection,
    server: { host: "db.internal", port: 1, tls: "disable" },
    credential: { user: "u" },
    database: undefined,
    principal: "sallyport",
    settings: {},
    options: {},
  };
}
