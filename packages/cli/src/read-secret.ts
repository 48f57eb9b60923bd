import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
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
  if (file === undefined) return process.stdin.isTTY ? typedUnseen(question) : text(process.stdin);
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(
      `The secret cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Name another file with --file.",
      cause,
      exitCodes.usage,
    );
  });
}

async function typedUnseen(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await line.question("");
  } finally {
    line.close();
    process.stderr.write("\n");
  }
}
