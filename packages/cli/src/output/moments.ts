const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** How far a moment is from now, for people: `in 59 min`, `3 h ago`. Empty where there is none. */
export function distance(moment: string | undefined, now: number): string {
  if (moment === undefined) return "";
  const seconds = Math.round((Date.parse(moment) - now) / 1000);
  const size = Math.abs(seconds);
  const [unit, length] = units.find((one) => size >= one[1]) ?? units[3];
  const text = `${Math.floor(size / length)} ${unit}`;
  return seconds > 0 ? `in ${text}` : `${text} ago`;
}

/** A moment to the second, in UTC. Empty where there is none. */
export function stamp(moment: string | undefined): string {
  return moment === undefined ? "" : new Date(moment).toISOString().slice(0, 19).replace("T", " ");
}
