import { GatewayError } from "@sallyport/shared/errors";

/** Of all relations together. Thousands of partitions of partitions stay far below it. */
const MAX_KIN = 2_000_000;

/** For each that has any, all that are reached over one or more steps; each once, nearest first, never itself. */
export function allReached(steps: ReadonlyMap<number, readonly number[]>): ReadonlyMap<number, readonly number[]> {
  const all = new Map<number, readonly number[]>();
  let kin = 0;
  for (const from of steps.keys()) {
    const reached = new Set([from]);
    // a set hands over what is added to it during the walk
    for (const one of reached) {
      for (const next of steps.get(one) ?? []) reached.add(next);
      if (kin + reached.size > MAX_KIN)
        throw new GatewayError("server/malformed", "more inherits from another than can be kept");
    }
    reached.delete(from);
    kin += reached.size;
    all.set(from, [...reached]);
  }
  return all;
}
