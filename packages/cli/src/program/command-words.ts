import { InvalidArgumentError, Option, type Command } from "commander";
import { parseCount, parseDuration } from "../parse-duration.ts";

/** Several by giving an option several times: one that took several words would take what stands behind it too. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Makes a command take what says which gateway is meant, and as whom it is asked. */
export function asksGateway(command: Command): Command {
  return command
    .option("--gateway <which>", "a login's name, a URL, or unix:SOCKET on the gateway's own host (SALLYPORT_GATEWAY)")
    .option("--ca <file>", "PEM of the authority that the gateway is trusted by (SALLYPORT_CA_FILE)")
    .option("--token-file <file>", "a token instead of a login (SALLYPORT_TOKEN_FILE, SALLYPORT_TOKEN)")
    .option("--json", "print JSON, for programs");
}

/** How long something is to last, with what it is where nobody says. */
export function lifetime(usual: string): Option {
  return new Option("--lifetime <time>", "how long it works, such as 30m, 8h or 7d")
    .argParser(parseDuration)
    .default(parseDuration(usual), usual);
}

/** How many of a list are shown. */
export function limit(usual: number): Option {
  return new Option("--limit <count>", "how many at most").argParser(parseCount).default(usual);
}

/** A moment, as the API takes it. */
export function moment(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("Write it as 2027-01-31 or 2027-01-31T18:00:00Z.");
  return new Date(time).toISOString();
}

/** Adds examples to a command's help. Each is a command, and what it is for. */
export function examples(command: Command, lines: Readonly<Record<string, string>>): Command {
  const text = Object.entries(lines).map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return command.addHelpText("after", `\nExamples:\n${text.join("\n")}`);
}
