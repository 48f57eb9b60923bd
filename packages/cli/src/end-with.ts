import { CommanderError } from "commander";
import { CommandFailure } from "./command-failure.ts";
import { exitCodes } from "./exit-codes.ts";

/** Ends this process with what a command has failed with, told to people, or as JSON to programs that asked for it. */
export function endWith(reason: unknown): never {
  // commander has said what there is to say
  if (reason instanceof CommanderError) process.exit(reason.exitCode === 0 ? exitCodes.done : exitCodes.usage);
  if (!(reason instanceof CommandFailure)) throw reason;
  const { message, nextStep, exitCode } = reason;
  if (wantsJson()) console.error(JSON.stringify({ error: { message, nextStep, exitCode } }));
  else console.error(`\n✗ ${message}\n  What to do: ${nextStep}`);
  process.exit(exitCode);
}

/** What stands behind `--` is another program's. */
function wantsJson(): boolean {
  const end = process.argv.indexOf("--");
  return process.argv.slice(2, end === -1 ? undefined : end).includes("--json");
}
