import { isTimeZone, offsetAt } from "./time-zone.ts";

/** A daily window on the clocks of one zone, in minutes of the day. It begins before it ends, or lasts over midnight. */
export interface Hours {
  readonly start: number;
  readonly end: number;
  readonly zone: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const shape = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d) (\S{1,64})$/;

/** Reads `08:00-20:00 Europe/Berlin`, or says what is wrong with it. */
export function readHours(text: string): Hours | { readonly problem: string } {
  const found = shape.exec(text);
  const zone = found?.[5];
  if (found === null || zone === undefined) return { problem: 'must be hours such as "08:00-20:00 Europe/Berlin"' };
  const start = Number(found[1]) * 60 + Number(found[2]);
  const end = Number(found[3]) * 60 + Number(found[4]);
  if (end > DAY_MINUTES) return { problem: "must end at 24:00 at the latest" };
  if (start === end % DAY_MINUTES)
    return { problem: "must begin and end at different times; leave hours out for the whole day" };
  if (!/^[A-Za-z]/.test(zone) || !isTimeZone(zone)) {
    return {
      problem: `names the time zone "${zone}", which is not known; use an IANA name such as Europe/Berlin or UTC`,
    };
  }
  return { start, end: end % DAY_MINUTES, zone };
}

/** Whether the window is open at an instant. Its first minute belongs to it, the minute of its end does not. */
export function isWithinHours(hours: Hours, instant: number): boolean {
  const minute = minuteOfDay(instant + offsetAt(hours.zone, instant));
  return hours.start < hours.end
    ? minute >= hours.start && minute < hours.end
    : minute >= hours.start || minute < hours.end;
}

/** The first instant after this one at which the window opens or closes, also where a change of clocks does it. */
export function nextHoursEdge(hours: Hours, instant: number): number {
  const open = isWithinHours(hours, instant);
  let at = instant;
  // each turn passes an edge or a change of clocks; two changes within a day are unknown to any zone
  for (let turn = 0; turn < 4; turn++) {
    const offset = offsetAt(hours.zone, at);
    const edge = nextEdgeOnSteadyClock(hours, at, offset);
    at = offsetAt(hours.zone, edge) === offset ? edge : clockChange(hours.zone, at, edge);
    if (isWithinHours(hours, at) !== open) return at;
  }
  return at;
}

function nextEdgeOnSteadyClock(hours: Hours, instant: number, offset: number): number {
  const now = Math.floor((instant + offset) / MINUTE_MS);
  const until = (minute: number): number => mod(minute - now - 1, DAY_MINUTES) + 1;
  return (now + Math.min(until(hours.start), until(hours.end))) * MINUTE_MS - offset;
}

/** The minute at which the zone's offset changes between two instants that differ in it. */
function clockChange(zone: string, from: number, to: number): number {
  const offset = offsetAt(zone, from);
  let before = Math.floor(from / MINUTE_MS);
  let after = Math.ceil(to / MINUTE_MS);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, middle * MINUTE_MS) === offset) before = middle;
    else after = middle;
  }
  return after * MINUTE_MS;
}

function minuteOfDay(localMs: number): number {
  return mod(Math.floor(localMs / MINUTE_MS), DAY_MINUTES);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
