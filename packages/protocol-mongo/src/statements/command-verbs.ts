import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { find } from "../bson/elements.ts";
import { mayBeTrue } from "../bson/read-value.ts";
import type { Command } from "./command-rule.ts";

/** Databases in which servers keep what they need for themselves. */
const serversDatabases: ReadonlySet<string | undefined> = new Set(["config", "local"]);

/** Everything that a command does: by its name, by what it names, by its fields and by what stands in them. A text says why that cannot be known. */
export function verbsOf(command: Command): readonly Verb[] | string {
  const { rule, body, objects, powers } = command;
  const own = rule.verbs(command);
  if (typeof own === "string") return own;
  const asks = (field: string): boolean => mayBeTrue(find(body, field));
  const verbs = new Set(own);
  if (powers.writes) addAll(verbs, "insert", "update");
  if (powers.replaces) addAll(verbs, "delete", "create");
  if (powers.runsCode) verbs.add("call");
  // for this servers want a right of its own
  if (powers.showsServer || objects.some(isServers) || asks("bypassDocumentValidation")) verbs.add("admin");
  if (asks("startTransaction")) verbs.add("transaction");
  return [...verbs];
}

/** Accounts, stored code, views, the profiler's records, the log of all writes, and the sessions of everybody: what a server keeps about itself stands in collections. */
function isServers({ database, name }: StatementObject): boolean {
  return serversDatabases.has(database) || name.startsWith("system.");
}

function addAll(verbs: Set<Verb>, ...more: readonly Verb[]): void {
  for (const verb of more) verbs.add(verb);
}
