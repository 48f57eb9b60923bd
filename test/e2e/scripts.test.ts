import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../support/demo.ts";
import { until } from "../support/until.ts";

const scripts = new URL("../../scripts/", import.meta.url).href;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-scripts-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a command of the project", () => {
  const signals = [
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 143 },
    { signal: "SIGHUP", code: 129 },
  ] as const;
  it.each(signals)("ends everything it started on $signal and exits with $code", async ({ signal, code }) => {
    const command = await startTree(signal);
    command.process.kill(signal);
    expect(await command.exited).toBe(code);
    expect(processesNaming(command.marker)).toEqual([]);
  });

  it("leaves nothing even when it is killed outright", async () => {
    const command = await startTree("SIGKILL");
    command.process.kill("SIGKILL");
    await command.exited;
    await until(() => processesNaming(command.marker).length === 0);
  });

  it("gives the exit code of what it ran", async () => {
    const { code } = await runProgram(process.execPath, [
      script("code", 'await main(() => run("sh", ["-c", "exit 7"]));'),
    ]);
    expect(code).toBe(7);
  });

  it("says which step failed and what to do", async () => {
    const body = 'await main(() => { throw new StepFailure("The step failed.", "Try it again."); });';
    const { code, output } = await runProgram(process.execPath, [script("failure", body)]);
    expect(output).toContain("✗ The step failed.\n  What to do: Try it again.");
    expect(code).toBe(1);
  });
});

describe("ensureCached", () => {
  it("makes a thing once, whoever asks and however often, and begins anew where it was cut short", async () => {
    const parent = join(folder, "cache", "thing");
    const log = join(folder, "made");
    mkdirSync(join(parent, ".partial", "left-over"), { recursive: true });
    const body = `
      import { appendFileSync, existsSync, writeFileSync } from "node:fs";
      import { join } from "node:path";
      import { ensureCached } from "${scripts}cache.mjs";
      const make = async (partial) => {
        appendFileSync(${JSON.stringify(log)}, existsSync(join(partial, "left-over")) ? "left over" : "made ");
        await new Promise((resolve) => setTimeout(resolve, 50));
        writeFileSync(join(partial, "content"), "all of it");
        return "1.10";
      };
      console.log(await ensureCached(${JSON.stringify(parent)}, { announce: "Making the thing", make }));`;
    const file = join(folder, "cached.mjs");
    writeFileSync(file, body);
    const runs = await Promise.all(Array.from({ length: 3 }, () => runProgram(process.execPath, [file])));
    for (const { code, output } of runs) {
      expect(code).toBe(0);
      expect(output).toContain(join(parent, "1.10"));
    }
    expect(readFileSync(log, "utf8")).toBe("made ");
    expect(readFileSync(join(parent, "1.10", "content"), "utf8")).toBe("all of it");
    expect(readdirSync(parent)).toEqual(["1.10"]);
  });

  it("names the folder that SALLYPORT_CACHE names, and says so where it cannot be used", async () => {
    const file = join(folder, "where.mjs");
    writeFileSync(file, `import { cacheFolder } from "${scripts}cache.mjs"; console.log(cacheFolder());`);
    const own = join(folder, "own-cache");
    expect((await runProgram(process.execPath, [file], { SALLYPORT_CACHE: own })).output.trim()).toBe(own);
    const inFile = await runProgram(process.execPath, [file], { SALLYPORT_CACHE: join(file, "below-a-file") });
    expect(inFile.code).toBe(1);
    expect(inFile.output).toContain("SALLYPORT_CACHE names");
    const xdg = { SALLYPORT_CACHE: "", XDG_CACHE_HOME: own };
    expect((await runProgram(process.execPath, [file], xdg)).output.trim()).toBe(join(own, "sallyport"));
  });
});

describe("withLock", () => {
  it("lets one command at a time do the work, also where the lock of a dead one lies", async () => {
    const lock = join(folder, "lock");
    mkdirSync(lock);
    writeFileSync(join(lock, "7"), `${process.pid} 1`);
    const counter = join(folder, "counter");
    writeFileSync(counter, "0");
    const body = `
      import { readFileSync, writeFileSync } from "node:fs";
      await withLock(${JSON.stringify(lock)}, async () => {
        const seen = Number(readFileSync(${JSON.stringify(counter)}, "utf8"));
        for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate);
        writeFileSync(${JSON.stringify(counter)}, String(seen + 1));
      });`;
    const file = script("counting", body);
    await Promise.all(Array.from({ length: 8 }, () => runProgram(process.execPath, [file])));
    expect(readFileSync(counter, "utf8")).toBe("8");
    expect(readdirSync(lock)).toEqual(["15"]);
  });
});

function script(name: string, body: string): string {
  const file = join(folder, `${name}.mjs`);
  const imports = [
    `import { main, run, StepFailure } from "${scripts}processes.mjs";`,
    `import { withLock } from "${scripts}lock.mjs";`,
  ];
  writeFileSync(file, [...imports, body].join("\n"));
  return file;
}

interface Tree {
  readonly process: ChildProcess;
  readonly marker: string;
  readonly exited: Promise<number | null>;
}

/** A command that runs a shell, which runs a process that has left its group, session and parent. */
async function startTree(name: string): Promise<Tree> {
  const marker = `77${process.pid}${name.length}`;
  const shell = `trap "" HUP; (setsid sleep ${marker} &) ; echo started; sleep ${marker}`;
  const file = script(name, `await main(() => run("sh", ["-c", ${JSON.stringify(shell)}]));`);
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await new Promise((started) => child.stdout.once("data", started));
  return { process: child, marker, exited };
}

function processesNaming(marker: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(`sleep ${marker}`));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // it has just ended
    return "";
  }
}
