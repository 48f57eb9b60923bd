import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentConfig } from "@sallyport/agent/config";
import { protocols } from "@sallyport/cli/protocols";
import { gatewayConfig } from "@sallyport/gateway/config";
import { assembleSnapshot } from "@sallyport/gateway/store/assemble-snapshot";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "../architecture/source-files.ts";

const folder = join(root, "deploy/compose");
const composeFile = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string().regex(/:[\w.-]+$/, "must name a version"),
      networks: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
      secrets: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string()).default({}),
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal("ALL")]),
      security_opt: z.tuple([z.literal("no-new-privileges:true")]),
      profiles: z.array(z.string()).default([]),
      stop_grace_period: z.string().default("10s"),
    }),
  ),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().default(false) })),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

function read(file: string): unknown {
  const value: unknown = parse(readFileSync(join(folder, file), "utf8"), { merge: true });
  return value;
}

describe("the compose file", () => {
  // strict about all that is asked of each service
  const { services, networks, secrets } = composeFile.parse(read("compose.yaml"));
  const gateway = gatewayConfig.parse(read("gateway.yaml"));
  const agent = agentConfig.parse(read("agent.yaml"));
  const members = (network: string): string[] =>
    Object.entries(services).flatMap(([name, service]) => (service.networks.includes(network) ? [name] : []));

  it("opens no way into the network of the database", () => {
    expect(networks["shop"]?.internal).toBe(true);
    expect(members("shop")).toEqual(["agent", "shop"]);
    expect(services["shop"]?.ports).toEqual([]);
    expect(services["agent"]?.ports).toEqual([]);
    expect(members("state")).toEqual(["gateway", "state"]);
    for (const port of services["gateway"]?.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("gives each service the secrets that its configuration names, as files, and no others", () => {
    const named = (value: unknown): string[] =>
      [...JSON.stringify(value).matchAll(/\/run\/secrets\/([\w-]+)/g)].map(([, name]) => name ?? "");
    const used = { gateway: named(gateway), agent: [...named(agent), ...named(services["agent"])] };
    for (const [name, service] of Object.entries(services)) {
      const mounted = name === "gateway" || name === "agent" ? used[name] : named(service.environment);
      expect(new Set(service.secrets)).toEqual(new Set(mounted));
      for (const variable of Object.keys(service.environment))
        expect(variable).not.toMatch(/(PASSWORD|TOKEN|KEY|URL)$/);
    }
  });

  it("leaves the gateway time to drain", () => {
    const grace = Number.parseInt(services["gateway"]?.stop_grace_period ?? "", 10);
    expect(grace).toBeGreaterThan(gateway.drainSeconds);
  });

  it("has documents that the gateway takes, about a database that the agent may dial", () => {
    const documents = readdirSync(join(folder, "documents")).map((name) => ({
      name,
      text: readFileSync(join(folder, "documents", name), "utf8"),
    }));
    const assembled = assembleSnapshot(
      documents,
      protocols.map(({ id }) => id),
    );
    expect(assembled).not.toHaveProperty("problems");
    const [connection] = assembled.kind === "complete" ? [...assembled.snapshot.connections.values()] : [];
    expect(agent.allow).toContain(`${connection?.server.host}:${connection?.server.port}`);
    expect(agent.credentials).toContain(connection?.credential.password);
  });

  it.skipIf(process.getuid?.() !== 0)("has its secrets made once, each for its own user alone", () => {
    const made = mkdtempSync(join(tmpdir(), "compose-secrets-"));
    try {
      const make = () => {
        const { status, stderr } = spawnSync("bash", [join(folder, "make-secrets.sh"), made], { encoding: "utf8" });
        expect([status, stderr]).toEqual([0, ""]);
        return Object.fromEntries(readdirSync(made).map((name) => [name, readFileSync(join(made, name), "utf8")]));
      };
      const first = make();
      expect(Object.keys(first).toSorted()).toEqual(Object.keys(secrets).toSorted());
      expect(make()).toEqual(first);
      for (const name of Object.keys(first)) expect(statSync(join(made, name)).mode & 0o037).toBe(0);
      expect(first["sealing-key"]).toMatch(/^[0-9a-f]{64}\n$/);
      expect(first["state-url"]).toContain(`:${first["state-password"]?.trim()}@state:5432/`);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  });
});
