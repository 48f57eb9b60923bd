import { spawnSync } from "node:child_process";
import { Command } from "commander";
import { afterEach, describe, expect, it, vi } from "vitest";
import { defineAll } from "../program/define-all.ts";
import { printCompletion, type Shell } from "./completion-command.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

function scriptFor(shell: Shell): string {
  const program = new Command("sallyport");
  defineAll(program);
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  printCompletion(program, shell);
  return lines.join("\n");
}

/** What bash offers for the last of these words. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${scriptFor("bash")}
COMP_WORDS=(${["sallyport", ...words].map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length}
_sallyport 2> /dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line !== "");
}

describe("completion", () => {
  it("offers commands, what they hold, and their options", () => {
    expect(offered("ses")).toEqual(["sessions"]);
    expect(offered("sessions", "")).toEqual(expect.arrayContaining(["ls", "show", "tail", "kill"]));
    expect(offered("sessions", "ls", "--pri")).toEqual(["--principal"]);
    expect(offered("--help", "sessions", "k")).toEqual(["kill"]);
  });

  it("leaves what stands behind -- to others", () => {
    expect(offered("psql", "shop", "--", "--")).toEqual([]);
  });

  it.each(["zsh", "fish"] as const)("is made for %s too", (shell) => {
    expect(scriptFor(shell)).toContain("sessions");
  });
});
