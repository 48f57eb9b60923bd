import { execFile } from "node:child_process";
import { splitCommandLine } from "./split-command-line.ts";

/** No database's password is longer. */
const MAX_SECRET_BYTES = 64 * 1024;

const COMMAND_TIMEOUT_MS = 10_000;

/** Runs a command without a shell and gives what it printed. What it writes to standard error is not read: it may quote the secret. */
export function readCommandOutput(line: string, timeoutMs = COMMAND_TIMEOUT_MS): Promise<string> {
  const [program, ...args] = splitCommandLine(line);
  if (program === undefined) throw new Error("the command is empty");
  return new Promise((resolve, reject) => {
    const options = {
      encoding: "utf8",
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: MAX_SECRET_BYTES,
    } as const;
    execFile(program, args, options, (error, stdout) => {
      if (error !== null) reject(new Error(reasonOf(error, timeoutMs)));
      else if (stdout.trim() === "") reject(new Error("the command printed nothing"));
      else resolve(stdout);
    });
  });
}

/** Node's own message quotes the whole of standard error. */
function reasonOf(
  error: { readonly code?: unknown; readonly killed?: boolean; readonly signal?: unknown },
  timeoutMs: number,
): string {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return `the command printed more than ${MAX_SECRET_BYTES} bytes`;
  if (error.killed === true) return `the command did not end within ${timeoutMs} ms`;
  if (typeof error.code === "number") return `the command ended with status ${error.code}`;
  return `the command could not be run (${String(error.code ?? error.signal)})`;
}
