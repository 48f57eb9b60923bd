import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** No password, key or chain of certificates is longer. */
export const MAX_SMALL_FILE_BYTES = 256 * 1024;

/**
 * Reads a file whose path came from elsewhere: a plain one, and small. Its size is checked by reading: what it claims may
 * differ, as under /proc. Rejects with an `Error` that says why without saying what is in it.
 */
export async function readSmallFile(path: string): Promise<string> {
  // a pipe without a writer would otherwise hold a thread of the pool for ever, and there are only four
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new Error(`it cannot be opened (${code})`);
  });
  try {
    if (!(await file.stat()).isFile()) throw new Error("it is not a file");
    const buffer = Buffer.alloc(MAX_SMALL_FILE_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead === 0) throw new Error("it is empty");
    if (bytesRead > MAX_SMALL_FILE_BYTES) throw new Error(`it is larger than ${MAX_SMALL_FILE_BYTES} bytes`);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
