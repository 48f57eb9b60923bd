const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether the runtime knows a zone by this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(zone: string, instant: number): number {
  const name = formatterOf(zone)
    .formatToParts(instant)
    .find((part) => part.type === "timeZoneName")?.value;
  // "GMT" alone is UTC
  const found = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name ?? "");
  if (found === null) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
  return (found[1] === "-" ? -1000 : 1000) * seconds;
}

/** The instant at which a zone's calendar day begins. Where clocks skip midnight, the day begins with the skip. */
export function startOfDay(zone: string, year: number, month: number, day: number): number {
  const asUtc = Date.UTC(year, month - 1, day);
  const before = asUtc - offsetAt(zone, asUtc - 86_400_000);
  const after = asUtc - offsetAt(zone, asUtc + 86_400_000);
  const reads = (instant: number): boolean => instant + offsetAt(zone, instant) === asUtc;
  // before a change of clocks the old offset is right, after it the new one, and in a skip the old one names its begin
  if (reads(before)) return before;
  return reads(after) ? after : before;
}

// making a formatter costs more than a thousand uses of one
function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formatters.set(zone, made);
  return made;
}
