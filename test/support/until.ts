import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";

/** How long it is looked for at every turn of the event loop, and how long it is paused between looks from then on. */
const EAGER_MS = 50;
const PAUSE_MS = 10;

/**
 * Waits for a state that nothing announces. What comes soon is seen at once; who waits for longer leaves the processor to those
 * who are waited for. The test's own time limit bounds it.
 */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await holds())) await (performance.now() - begun < EAGER_MS ? turn() : pause(PAUSE_MS));
}
