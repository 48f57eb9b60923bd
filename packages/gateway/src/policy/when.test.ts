import { describe, expect, it } from "vitest";
import { compileWhen } from "./when.ts";

const at = (text: string): number => Date.parse(text);

describe("compileWhen", () => {
  it("always holds when left out", () => {
    const when = compileWhen(undefined);
    expect(when.holds(0)).toBe(true);
    expect(when.nextChange(0)).toBe(Infinity);
  });

  it.each([
    ["2027-01-31", undefined, "2027-02-01T00:00:00Z"],
    ["2026-12-31", undefined, "2027-01-01T00:00:00Z"],
    ["2027-01-31", "08:00-20:00 America/New_York", "2027-02-01T05:00:00Z"],
    ["2027-07-31", "08:00-20:00 Asia/Kathmandu", "2027-07-31T18:15:00Z"],
    // the day of a change of clocks, and one whose midnight is skipped
    ["2026-03-29", "08:00-20:00 Europe/Berlin", "2026-03-29T22:00:00Z"],
    ["2026-04-23", "08:00-20:00 Africa/Cairo", "2026-04-23T22:00:00Z"],
    ["2027-01-31T18:00:00+01:00", "08:00-20:00 America/New_York", "2027-01-31T17:00:00Z"],
  ])("until %s with hours %s ends at %s", (until, hours, end) => {
    const when = compileWhen({
      until,
      ...(hours === undefined ? {} : { hours: "00:00-23:59 " + hours.split(" ")[1] }),
    });
    const last = at(end) - 120_000;
    expect(when.holds(last)).toBe(true);
    expect(when.holds(at(end))).toBe(false);
    expect(when.nextChange(at(end))).toBe(Infinity);
  });

  it("answers for any order of instants", () => {
    const when = compileWhen({ hours: "08:00-20:00 UTC", until: "2027-01-31" });
    const instants = [
      "2027-01-30T12:00Z",
      "2027-01-30T07:00Z",
      "2027-02-05T12:00Z",
      "2027-01-31T19:59Z",
      "2027-01-31T20:00Z",
    ];
    expect(instants.map((text) => when.holds(at(text)))).toEqual([true, false, false, true, false]);
    expect(instants.toReversed().map((text) => when.holds(at(text)))).toEqual([false, true, false, false, true]);
  });

  it("changes at the end of the hours or of the term, whichever is first", () => {
    const when = compileWhen({ hours: "08:00-20:00 UTC", until: "2027-01-31T12:00:00Z" });
    expect(when.nextChange(at("2027-01-30T12:00:00Z"))).toBe(at("2027-01-30T20:00:00Z"));
    expect(when.nextChange(at("2027-01-31T09:00:00Z"))).toBe(at("2027-01-31T12:00:00Z"));
  });
});
