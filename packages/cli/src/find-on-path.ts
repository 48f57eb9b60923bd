import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The first program of that name that may be run. */
export function findOnPath(program: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = join(folder, program);
    if (folder !== "" && isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/** Whether a path names a program that this process may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
