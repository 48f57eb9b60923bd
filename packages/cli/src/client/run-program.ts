import { spawn } from "node:child_process";
import { constants } from "node:os";
import { isatty } from "node:tty";
import { CommandFailure, systemErrorCode } from "../command-failure.ts";

const forwarded = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
/** What a terminal sends to everybody in it, the program included. */
const fromTerminal = ["SIGINT", "SIGQUIT"] as const;

/** Not `process.stdin`: opening that would make the input that the program shares non-blocking. */
const STANDARD_INPUT = 0;

/** What this command knows and the program must not. */
const ownVariables = new Set(["SALLYPORT_TOKEN"]);

/** Runs a program in this terminal with more in its environment, and resolves to its exit code: 128 and the number of the signal that ended it. */
export function runProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const inherited = Object.entries(process.env).filter(([name]) => !ownVariables.has(name));
  const child = spawn(command, [...args], {
    stdio: "inherit",
    env: { ...Object.fromEntries(inherited), ...environment },
  });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  const ignore = (signal: NodeJS.Signals): void => {
    // the terminal has told the program already; without one nobody has
    if (!isatty(STANDARD_INPUT)) child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  for (const signal of fromTerminal) process.on(signal, ignore);
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(cannotStart(command, cause)));
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function cannotStart(command: string, cause: Error): CommandFailure {
  const missing = systemErrorCode(cause) === "ENOENT";
  return new CommandFailure(
    missing ? `There is no program ${command} here.` : `${command} cannot be started: ${cause.message}.`,
    "Install it, or add its folder to PATH; sallyport connect prints a URL for any other program.",
    cause,
  );
}
