import { exitCodes, type ExitCode } from "./exit-codes.ts";

/** Ends a command with a message for the person who typed it: what went wrong, and what to do. It is shown without a stack. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly nextStep: string;
  readonly exitCode: ExitCode;

  constructor(message: string, nextStep: string, cause?: unknown, exitCode: ExitCode = exitCodes.failed) {
    super(message, cause === undefined ? undefined : { cause });
    this.nextStep = nextStep;
    this.exitCode = exitCode;
  }
}

/** The code of a failed system call, such as `EADDRINUSE`. */
export function systemErrorCode(reason: unknown): string | undefined {
  return reason instanceof Error && "code" in reason && typeof reason.code === "string" ? reason.code : undefined;
}
