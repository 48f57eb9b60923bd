import { setImmediate as turn } from "node:timers/promises";

/** Waits for a state that nothing announces, a turn of the event loop at a time. The test's own time limit bounds it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await turn();
}
