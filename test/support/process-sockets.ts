import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** As /proc/net/tcp has it. */
const ESTABLISHED = "01";

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

/** How many connections of this machine lead to a port on 127.0.0.1, whether or not anybody has accepted them. */
export function connectionsTo(port: number): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.filter(([, , to, state]) => to === remote && state === ESTABLISHED).length;
}
