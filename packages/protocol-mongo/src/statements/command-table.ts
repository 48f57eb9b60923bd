import { adminCommands } from "./commands/admin-commands.ts";
import { explainCommand } from "./commands/explain-command.ts";
import { readCommands } from "./commands/read-commands.ts";
import { refusedCommands } from "./commands/refused-commands.ts";
import { schemaCommands } from "./commands/schema-commands.ts";
import { sessionCommands } from "./commands/session-commands.ts";
import { writeCommands } from "./commands/write-commands.ts";
import type { CommandRule } from "./command-rule.ts";

const rules: readonly CommandRule[] = [
  ...readCommands,
  ...writeCommands,
  ...schemaCommands,
  ...sessionCommands,
  explainCommand,
  ...adminCommands,
];

const byName: ReadonlyMap<string, CommandRule> = new Map(
  rules.flatMap((each) => [each.name, ...each.aliases].map((name) => [name, each] as const)),
);

/** Every command that is let through if policy allows it. Names are compared exactly, as servers do. */
export function ruleOf(name: string): CommandRule | undefined {
  return byName.get(name);
}

/** Why a command is never let through; undefined: it is none of those. */
export function refusalOf(name: string): string | undefined {
  return refusedCommands.get(name);
}
