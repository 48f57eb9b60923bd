import { stat } from "node:fs/promises";
import { readSmallFile } from "@sallyport/shared/files/read-small-file";
import { CommandFailure } from "./command-failure.ts";

/** Undefined where the file is not there or has nothing in it: a token is needed once, and may be taken away when it was used. */
export async function readTokenFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size === 0 ? undefined : (await readSmallFile(path)).trim();
  } catch (reason) {
    if (reason instanceof Error && "code" in reason && reason.code === "ENOENT") return undefined;
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new CommandFailure(`The token cannot be read from ${path}: ${why}.`, "Make the file readable for the agent.");
  }
}
