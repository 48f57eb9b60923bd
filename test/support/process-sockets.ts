import { readdirSync, readlinkSync } from "node:fs";

/** How many sockets a process holds, of whatever kind. */
export function socketCount(pid: number): number {
  return descriptors(pid).filter((target) => target.startsWith("socket:")).length;
}

/** What a process's file descriptors lead to. */
export function descriptors(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)];
    } catch (error) {
      // One that was closed while we looked, such as that of the folder itself.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  });
}
