import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { agentConfig } from "@sallyport/agent/config";
import { gatewayConfig } from "@sallyport/gateway/config";
import { describe, expect, it } from "vitest";
import { root } from "../architecture/source-files.ts";
import { readManifests, type Manifests } from "./manifests.ts";

const sets = readdirSync(join(root, "test/deploy/values")).toSorted();

describe.each(sets)("what Helm makes of %s", (set) => {
  const chart = `deploy/helm/${set.split(".")[0]}`;
  const text = readFileSync(join(root, "test/deploy/rendered", `${basename(set, ".json")}.yaml`), "utf8");
  const manifests = readManifests(text);
  const { pod, container, grace, volumes } = manifests.workload();

  it("is what the chart makes now (npm run charts makes it anew)", () => {
    expect(text.split("\n")[0]).toBe(`# from ${digestOf(chart, set)}`);
  });

  it("holds no secret, and asks the cluster for nothing", () => {
    expect(manifests.kinds()).not.toContain("Secret");
    expect(text).not.toMatch(/password:|BEGIN .*KEY|spa_[A-Za-z0-9]/);
    for (const variable of container.env) expect(variable).not.toHaveProperty("value");
    expect(pod.automountServiceAccountToken).toBe(false);
    for (const account of manifests.ofKind("ServiceAccount"))
      expect(account).toMatchObject({ automountServiceAccountToken: false });
  });

  it("runs as nobody in particular, in a file system that cannot be written", () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: "RuntimeDefault" },
      fsGroupChangePolicy: "OnRootMismatch",
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.resources).toHaveProperty(["limits", "memory"]);
  });

  it("mounts what it names, and lets nobody else read secrets", () => {
    const named = new Set(volumes.map(({ name }) => name));
    for (const { name } of container.volumeMounts) expect(named).toContain(name);
    expect(named.size).toBe(container.volumeMounts.length);
    for (const { secret } of volumes) if (secret !== undefined) expect(secret.defaultMode).toBe(0o440);
  });

  it("is selected by its own labels, at ports that there are", () => {
    const labels = manifests.podLabels();
    const ports = new Set(container.ports.map(({ name }) => name));
    for (const service of manifests.services()) {
      expect(labels).toMatchObject(service.spec.selector);
      for (const { targetPort } of service.spec.ports) expect(ports).toContain(targetPort);
    }
    for (const { spec } of manifests.policies()) {
      expect(labels).toMatchObject(spec.podSelector.matchLabels);
      expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
      for (const { ports: opened } of spec.ingress) for (const { port } of opened) expect(ports).toContain(port);
    }
    for (const { spec } of manifests.budgets()) expect(labels).toMatchObject(spec.selector.matchLabels);
  });

  if (chart.endsWith("agent")) agentHolds(manifests);
  else gatewayHolds(manifests, grace);
});

function agentHolds(manifests: Manifests): void {
  const { container } = manifests.workload();

  it("has a configuration that an agent accepts, which names only credentials that are mounted", () => {
    const config = agentConfig.parse(manifests.config("agent.yaml"));
    const mounted = container.volumeMounts.map(({ mountPath }) => mountPath);
    for (const reference of config.credentials.filter((each) => each.startsWith("file:")))
      expect(mounted).toContain(reference.slice("file:".length).replace(/\/\*$/, ""));
  });

  it("listens on nothing, and says by a file that it is online", () => {
    expect(container.ports).toEqual([]);
    expect(manifests.services()).toEqual([]);
    for (const { spec } of manifests.policies()) expect(spec.ingress).toEqual([]);
    const file = container.args[container.args.indexOf("--ready-file") + 1];
    const probe = ["/usr/local/bin/node", "/app/deploy/docker/probe.mjs", "file", file];
    expect(container.readinessProbe).toMatchObject({ exec: { command: probe } });
    expect(container.livenessProbe).toBeUndefined();
  });
}

function gatewayHolds(manifests: Manifests, grace: number): void {
  const { container, volumes } = manifests.workload();
  const config = gatewayConfig.parse(manifests.config("gateway.yaml"));

  it("has a configuration that a gateway accepts, which names only files that are mounted", () => {
    const files = [config.state.databaseUrl, ...config.sealing.keys].map((reference) =>
      reference?.replace(/^file:/, ""),
    );
    const more = [
      config.masks?.keyFile,
      config.tunnel?.caFile,
      "certificateFile" in config.tls ? config.tls.keyFile : "",
    ];
    const present = container.volumeMounts.flatMap(({ name, mountPath }) => {
      const items = volumes.find((volume) => volume.name === name)?.secret?.items;
      return (
        items?.map(({ path }) => `${mountPath}/${path}`) ??
        ["tls.key", "tls.crt", "ca.crt"].map((file) => `${mountPath}/${file}`)
      );
    });
    for (const file of [...files, ...more]) if (file !== undefined && file !== "") expect(present).toContain(file);
    const writable = container.volumeMounts
      .filter(({ readOnly }) => readOnly !== true)
      .map(({ mountPath }) => mountPath);
    expect(writable.toSorted()).toEqual([config.recordings, config.state.folder].toSorted());
  });

  it("is probed over its API, and has time to drain", () => {
    const at = (path: string) => ({ httpGet: { path, port: "api", scheme: "HTTPS" } });
    expect(container.startupProbe).toMatchObject(at("/healthz"));
    expect(container.livenessProbe).toMatchObject(at("/healthz"));
    expect(container.readinessProbe).toMatchObject(at("/readyz"));
    expect(grace).toBeGreaterThan(config.drainSeconds + container.preStopSeconds);
  });

  it("opens the ports that its configuration listens on", () => {
    const listening = [...config.listeners, config.tunnel, config.relay, config.api].map(portOf);
    expect(new Set(container.ports.map(({ containerPort }) => containerPort))).toEqual(new Set(listening));
  });

  it("is disturbed one after another, where there are several", () => {
    expect(manifests.budgets().length).toBe(manifests.workload().replicas > 1 ? 1 : 0);
  });
}

function portOf(place: object | undefined): unknown {
  return place !== undefined && "port" in place ? place.port : undefined;
}

/** As scripts/charts.mjs makes it. */
function digestOf(chart: string, set: string): string {
  const files = readdirSync(join(root, chart), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
  const hash = createHash("sha256");
  for (const file of [...files.toSorted(), join("test/deploy/values", set)])
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}
