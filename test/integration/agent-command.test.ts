import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEnrolmentRig, type EnrolmentRig } from "../support/enrolment-rig.ts";
import { until } from "../support/until.ts";

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const ALLOW = ["--allow", "127.0.0.1:*"];

let rig: EnrolmentRig;
beforeAll(async () => {
  rig = await startEnrolmentRig();
}, 60_000);
afterAll(() => rig[Symbol.asyncDispose]());

describe("sallyport agent", () => {
  it("enrols by a token that is not to be seen in the list of processes, and needs none after a kill -9", async () => {
    const token = (await rig.mint("vpc-1")).reveal();
    const state = join(rig.folder, "command");
    const agent = start(["--token", token, "--state", state, ...ALLOW]);
    await until(() => rig.gateway.tunnels.tunnels.length === 1);
    const commandLine = await readFile(`/proc/${agent.pid ?? 0}/cmdline`, "utf8");
    expect(commandLine).toContain("sallyport agent");
    expect(commandLine).not.toContain(token.slice(-20));
    agent.kill("SIGKILL");
    await once(agent, "exit");
    await until(() => rig.gateway.tunnels.tunnels.length === 0);
    const again = start(["--state", state, ...ALLOW], { SALLYPORT_AGENT_TOKEN: token });
    await until(() => rig.gateway.tunnels.tunnels.length === 1);
    const second = start(["--state", state, ...ALLOW]);
    expect(await failureOf(second)).toContain("Another agent uses the state folder");
    again.kill("SIGTERM");
    await once(again, "exit");
    expect(again.exitCode).toBe(0);
  }, 60_000);

  it("says what is wrong and what to do, and ends", async () => {
    const token = (await rig.mint("vpc-1")).reveal();
    await (await rig.enrol(await rig.mint("vpc-1")))[Symbol.asyncDispose]();
    const state = (name: string): string[] => ["--state", join(rig.folder, name), ...ALLOW];
    const failures = await Promise.all([
      failureOf(start(state("none"))),
      failureOf(start(["--token", "spa_hunter2", ...state("bad")])),
      failureOf(start(["--token", token])),
    ]);
    expect(failures[0]).toContain("no token was given");
    expect(failures[1]).toContain("no enrolment token");
    expect(failures[2]).toContain("--allow");
    for (const failure of failures) expect(failure).not.toMatch(/hunter2|\n\s+at /);
  }, 60_000);
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, "agent", ...args], {
    cwd: rig.folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

async function failureOf(child: ChildProcess): Promise<string> {
  const told = child.stderr === null ? "" : text(child.stderr);
  await once(child, "exit");
  expect(child.exitCode).toBe(1);
  return await told;
}
