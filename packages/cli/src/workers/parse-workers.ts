import { InvalidArgumentError } from "commander";

const MOST = 64;

/** Reads how many processes a gateway shall be. */
export function parseWorkers(text: string): number {
  const count = /^[1-9]\d?$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MOST) throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST}.`);
  return count;
}
