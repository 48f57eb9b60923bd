import { normalize } from "node:path";
import { readSmallFile } from "../files/read-small-file.ts";
import { Secret } from "../secret.ts";
import { readCommandOutput } from "./command-output.ts";

/**
 * The secret that a reference leads to on this host: `env:NAME`, `file:PATH` or `command:LINE`. Rejects with an `Error` that says
 * why and never quotes the value; nothing of it should become a `cause`, on which what a command printed could hang.
 */
export async function readReference(reference: string): Promise<Secret<string>> {
  const [, source, rest = ""] = /^(env|file|command):(.+)$/s.exec(reference) ?? [];
  switch (source) {
    case "env":
      return new Secret(withoutNewline(readVariable(rest)));
    case "file":
      return new Secret(withoutNewline(await readSmallFile(plainPath(rest))));
    case "command":
      return new Secret(withoutNewline(await readCommandOutput(rest)));
    default:
      throw new Error("it is neither env:, file: nor command:");
  }
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error("the environment has no such variable");
  return value;
}

/** A path that leaves the folder it begins with would slip past a pattern. */
function plainPath(path: string): string {
  if (normalize(path) !== path) throw new Error("the path must be plain, without . and ..");
  return path;
}

/** Files and commands end with a newline that is not part of the secret. */
function withoutNewline(value: string): string {
  return value.replace(/\r?\n$/, "");
}
