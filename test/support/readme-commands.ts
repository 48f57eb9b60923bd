import { readFileSync } from "node:fs";

const readme = new URL("../../README.md", import.meta.url);

/** A command as a reader types it, and what README.md says it prints; `…` stands for anything. */
export interface ReadmeCommand {
  readonly command: string;
  readonly printed: string;
}

/** The commands of one section of README.md, in order. */
export function readmeCommands(title: string): readonly ReadmeCommand[] {
  const section = readFileSync(readme, "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`README.md has no section "${title}"`);
  const blocks = [...section.matchAll(/^```\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((entry) => {
        // a command goes on as long as its lines end with a backslash
        const [command = ""] = /^(?:.*\\\n)*.*/.exec(entry) ?? [];
        return { command, printed: entry.slice(command.length).trim() };
      }),
  );
}

/** What was printed must match, but for spaces at the ends of lines. */
export function asPattern(printed: string): RegExp {
  const escaped = printed.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("…", ".*")}$`, "s");
}
