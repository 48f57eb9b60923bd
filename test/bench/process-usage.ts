import { readdirSync, readFileSync } from "node:fs";

/** CPU time that the threads of a process have used so far, in microseconds, as the scheduler counts it: to the nanosecond. */
export function cpuMicroseconds(pid: number): number {
  const threads = `/proc/${pid}/task`;
  let nanoseconds = 0;
  for (const thread of readdirSync(threads)) {
    const [running] = readFileSync(`${threads}/${thread}/schedstat`, "utf8").split(" ");
    nanoseconds += Number(running);
  }
  return nanoseconds / 1_000;
}

/** Resident memory of a process, in MB. */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}
