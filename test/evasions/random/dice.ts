/** Chance that can be repeated: the same seed throws the same. */
export interface Dice {
  /** From 0 to below `count`. */
  below(count: number): number;
  /** True in so many of a hundred throws. */
  percent(chance: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/** Mulberry32: small, and good enough to choose among query shapes. */
export function createDice(seed: number): Dice {
  let state = Math.trunc(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    percent: (chance) => next() * 100 < chance,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
  };
}
