import { GatewayError } from "@sallyport/shared/errors";
import type { PolicyDocument } from "../store/documents/policy.ts";
import { isWithinHours, nextHoursEdge, readHours, type Hours } from "./hours.ts";
import { startOfDay } from "./time-zone.ts";

/** The times at which a policy applies. Instants are milliseconds since 1970. */
export interface When {
  holds(instant: number): boolean;
  /** The first instant after this one at which `holds` may answer otherwise; Infinity for never. */
  nextChange(instant: number): number;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly holds: boolean;
}

/** Reads the `when` of a policy that its schema has checked. Left out, it always holds. */
export function compileWhen(when: PolicyDocument["when"]): When {
  const hours = when?.hours === undefined ? undefined : parseHours(when.hours);
  const until = when?.until === undefined ? Infinity : endOf(when.until, hours?.zone ?? "UTC");
  let span: Span = { from: Infinity, to: Infinity, holds: false };

  // all sessions ask at the same edge, and clocks of other zones are dear: the first one's answer serves them all
  function spanAt(instant: number): Span {
    if (instant < span.from || instant >= span.to) {
      const open = instant < until && (hours === undefined || isWithinHours(hours, instant));
      span = { from: instant, to: instant < until ? nextEdge(instant) : Infinity, holds: open };
    }
    return span;
  }

  function nextEdge(instant: number): number {
    return hours === undefined ? until : Math.min(until, nextHoursEdge(hours, instant));
  }

  return { holds: (instant) => spanAt(instant).holds, nextChange: (instant) => spanAt(instant).to };
}

/** A date lasts through its end on the clocks that the policy's hours name, or UTC; a date with a time is that instant. */
function endOf(until: string, zone: string): number {
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(until);
  // a day beyond the month's last is the next month's first
  const end =
    date === null ? Date.parse(until) : startOfDay(zone, Number(date[1]), Number(date[2]), Number(date[3]) + 1);
  if (Number.isNaN(end)) throw new GatewayError("internal/unexpected", `"${until}" is no date`);
  return end;
}

function parseHours(text: string): Hours {
  const read = readHours(text);
  if ("problem" in read) throw new GatewayError("internal/unexpected", `hours "${text}": ${read.problem}`);
  return read;
}
