import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** No database's password is longer. */
export const MAX_SECRET_BYTES = 64 * 1024;

/** Reads a small file. Its size is checked by reading: what it claims may differ, as under /proc. */
export async function readSecretFile(path: string): Promise<string> {
  // a pipe without a writer would otherwise hold a thread of the pool for ever, and there are only four
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new Error(`it cannot be opened (${code})`);
  });
  try {
    if (!(await file.stat()).isFile()) throw new Error("it is not a file");
    const buffer = Buffer.alloc(MAX_SECRET_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead === 0) throw new Error("it is empty");
    if (bytesRead > MAX_SECRET_BYTES) throw new Error(`it is larger than ${MAX_SECRET_BYTES} bytes`);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
