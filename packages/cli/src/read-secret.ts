import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { ask } from "./ask.ts";
import { CommandFailure } from "./command-failure.ts";
import { exitCodes } from "./exit-codes.ts";

/** A secret from a file, or from standard input: a pipe, or what is typed unseen. One newline at the end is not part of it. */
export async function readSecret(file: string | undefined, question: string): Promise<string> {
  const secret = (await readWhole(file, question)).replace(/\r?\n$/, "");
  if (secret !== "") return secret;
  throw new CommandFailure(
    "The secret is empty.",
    "Pipe it in, or name a file with --file.",
    undefined,
    exitCodes.usage,
  );
}

async function readWhole(file: string | undefined, question: string): Promise<string> {
  if (file === undefined) return process.stdin.isTTY ? ((await ask(question, "unseen")) ?? "") : text(process.stdin);
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(
      `The secret cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Name another file with --file.",
      cause,
      exitCodes.usage,
    );
  });
}
