import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { exitCodes } from "../exit-codes.ts";
import { defineAll } from "./define-all.ts";
import { defineExplain } from "./define-explain.ts";

const program = new Command("sallyport");
defineExplain(program.command("policy"));
defineAll(program);

const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");

interface Leaf {
  readonly name: string;
  readonly command: Command;
}

function leaves(command: Command, path: string): readonly Leaf[] {
  return command.commands.flatMap((inner) => {
    const name = `${path} ${inner.name()}`.trim();
    return inner.commands.length === 0 ? [{ name, command: inner }] : leaves(inner, name);
  });
}

const all = leaves(program, "");

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe("every command", () => {
  it.each(all)("$name shows examples that are commands", ({ name, command }) => {
    const [, shown = ""] = helpOf(command).split("Examples:\n");
    expect(shown).toContain(`sallyport ${name}`);
  });

  it.each(all.filter(({ name }) => name !== "completion"))("$name can print for programs", ({ command }) => {
    expect(command.options.map(({ long }) => long)).toContain("--json");
  });

  it.each(all)("$name is in docs/cli.md", ({ name }) => {
    expect(page).toContain(`\`${name}\``);
  });

  it("takes no secret as an option", () => {
    const options = all.flatMap(({ command }) => command.options.map(({ long }) => long ?? ""));
    expect(options.filter((long) => /^--(token|password|secret)$/.test(long))).toEqual([]);
  });
});

describe("docs/cli.md", () => {
  it("has every exit code", () => {
    const codes = [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(exitCodes));
  });

  it("names no option that there is not", () => {
    const known = new Set(all.flatMap(({ command }) => command.options.map(({ long }) => long)));
    const others = new Set(["--help", "--ssl-mode"]);
    const named = [...page.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
    expect(named.filter((option) => !known.has(option) && !others.has(option))).toEqual([]);
  });
});
