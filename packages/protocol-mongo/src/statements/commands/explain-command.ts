import { rule, type CommandRule } from "../command-rule.ts";

/**
 * Explains another command. By default, and with more than `queryPlanner`, the server runs the plan, so it is judged with all that the explained command does; which
 * the table adds, since only it knows every command.
 */
export const explainCommand: CommandRule = rule("explain", () => ["explain"], ["verbosity"]);
