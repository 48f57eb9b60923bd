import { always, rule, type CommandRule } from "../command-rule.ts";
import { words } from "../words.ts";

/**
 * Explains another command. By default, and with more than `queryPlanner`, the server runs the plan, so it is judged with all that the explained command does; which
 * is added by the reader of commands, since only the table knows every one.
 */
export const explainCommand: CommandRule = rule("explain", always("explain"), "verbosity");

/** What a server explains. */
export const explainable: ReadonlySet<string> = new Set(
  words("aggregate bulkWrite count delete distinct find findAndModify mapReduce update"),
);
