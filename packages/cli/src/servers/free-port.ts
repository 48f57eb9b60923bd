import { randomInt } from "node:crypto";
import { isPortFree } from "./is-port-free.ts";

/** Below those that systems give to outgoing connections: such a one cannot take the port before whoever asked for it does. */
const FIRST = 20_000;
const END = 27_000;
const ATTEMPTS = 100;

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, END);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`none of ${ATTEMPTS} ports from ${FIRST} to ${END - 1} is free`);
}
