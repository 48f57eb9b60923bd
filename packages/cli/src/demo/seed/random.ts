/** A stream of numbers that is the same on every machine and in every run. */
export interface Random {
  /** From 0 to below `bound`. */
  below(bound: number): number;
  pick<T>(choices: readonly T[]): T;
  chance(percent: number): boolean;
}

/** Mulberry32: tiny, quick, and even enough for invented people. Not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)];
      if (choice === undefined) throw new RangeError("nothing to pick from");
      return choice;
    },
    chance: (percent) => below(100) < percent,
  };
}
