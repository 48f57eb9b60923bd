import { constants, open } from "node:fs/promises";
import { quoted } from "../printable.ts";

/** A text file of the gateway's host. Never waits on a pipe, reads no more than `maxBytes`, and throws an `Error` in words that repeat nothing of its content. */
export async function readSmallFile(path: string, maxBytes: number): Promise<string> {
  const where = `the file ${quoted(path, 200)}`;
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is no regular file");
    if (stats.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    return await file.readFile("utf8");
  } catch (cause) {
    const why = cause instanceof Error ? ("code" in cause ? String(cause.code) : cause.message) : String(cause);
    throw new Error(`${where} cannot be read: ${why}`, { cause });
  }
}
