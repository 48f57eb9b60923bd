import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFlags } from "@sallyport/cli/node-flags";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { root } from "../architecture/source-files.ts";

const text = (path: string): string => readFileSync(join(root, path), "utf8");
const manifest = z
  .looseObject({ packageManager: z.string(), devDependencies: z.looseObject({ node: z.string() }) })
  .parse(JSON.parse(text("package.json")));

/** The instructions of the Dockerfile, each on one line, by stage. */
const stages = new Map(
  text("deploy/docker/Dockerfile")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll("\\\n", " ")
    .split(/^(?=FROM )/m)
    .map((stage) => [/ AS (\w+)/.exec(stage)?.[1] ?? "", stage.trim().split("\n")] as const),
);
const commandLine = (instruction: string, stage: string): string[] => {
  const line = stages.get(stage)?.find((each) => each.startsWith(`${instruction} `)) ?? "";
  return z.array(z.string()).parse(JSON.parse(line.slice(line.indexOf("["))));
};

describe("the images", () => {
  it("are built with the project's own Node and pnpm", () => {
    expect(stages.get("")).toContain(`ARG NODE_VERSION=${manifest.devDependencies.node}`);
    expect(stages.get("build")).toContain(`RUN npm install --global ${manifest.packageManager}`);
  });

  it("start Node itself, with the flags of packages/cli/bin/sallyport, as a user that is not root", () => {
    expect(stages.get("runtime")?.[0]).toBe("FROM scratch AS runtime");
    const entry = ["/usr/local/bin/node", ...nodeFlags, "/app/packages/cli/src/main.ts"];
    expect(commandLine("ENTRYPOINT", "runtime")).toEqual(entry);
    expect(stages.get("runtime")).toEqual(expect.arrayContaining(["USER 65532:65532", "STOPSIGNAL SIGTERM"]));
    for (const stage of ["gateway", "agent"]) {
      expect(stages.get(stage)?.[0]).toBe(`FROM runtime AS ${stage}`);
      expect(commandLine("CMD", stage)[0]).toBe(stage);
      expect(commandLine("HEALTHCHECK", stage).slice(0, 2)).toEqual([
        "/usr/local/bin/node",
        "/app/deploy/docker/probe.mjs",
      ]);
      expect(commandLine("VOLUME", stage).length).toBeGreaterThan(0);
      expect(stages.get(stage)?.some((line) => /^(RUN|USER|COPY|ADD) /.test(line))).toBe(false);
    }
  });

  it("are built from nothing but what is named", () => {
    const rules = text(".dockerignore")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(rules[0]).toBe("*");
    expect(rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1))).toEqual([
      ".npmrc",
      "package.json",
      "pnpm-lock.yaml",
      "pnpm-workspace.yaml",
      "packages",
      "deploy/docker",
    ]);
  });
});

describe("probe.mjs", () => {
  let folder = "";
  let ready = true;
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" && ready ? 200 : 503).end();
  });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "probe-"));
    await once(server.listen(join(folder, "api.sock")), "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function probe(...args: string[]): Promise<number | null> {
    const child = spawn(process.execPath, [join(root, "deploy/docker/probe.mjs"), ...args], { stdio: "ignore" });
    await once(child, "exit");
    return child.exitCode;
  }

  it("tells by its exit code what the API answers on its socket", async () => {
    expect(await probe("http", join(folder, "api.sock"), "/readyz")).toBe(0);
    ready = false;
    expect(await probe("http", join(folder, "api.sock"), "/readyz")).toBe(1);
    expect(await probe("http", join(folder, "nowhere.sock"), "/readyz")).toBe(1);
  });

  it("tells whether a file is there", async () => {
    writeFileSync(join(folder, "online"), "");
    expect(await probe("file", join(folder, "online"))).toBe(0);
    expect(await probe("file", join(folder, "offline"))).toBe(1);
    expect(await probe("nothing")).toBe(1);
  });
});
