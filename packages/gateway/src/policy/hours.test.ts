import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWithinHours, nextHoursEdge, readHours, type Hours } from "./hours.ts";

function hours(text: string): Hours {
  const read = readHours(text);
  if ("problem" in read) throw new Error(read.problem);
  return read;
}

const at = (text: string): number => Date.parse(text);

describe("readHours", () => {
  it.each([
    ["08:00-20:00", "must be hours such as"],
    ["8:00-20:00 UTC", "must be hours such as"],
    ["08:60-20:00 UTC", "must be hours such as"],
    ["24:00-08:00 UTC", "must be hours such as"],
    ["08:00-24:30 UTC", "24:00 at the latest"],
    ["08:00-08:00 UTC", "different times"],
    ["00:00-24:00 UTC", "different times"],
    ["08:00-20:00 Europe/Berln", 'the time zone "Europe/Berln"'],
    ["08:00-20:00 +02:00", "the time zone"],
  ])("says what is wrong with %j", (text, problem) => {
    expect(readHours(text)).toHaveProperty("problem", expect.stringContaining(problem));
  });
});

describe("isWithinHours", () => {
  it.each([
    ["08:00-20:00 Europe/Berlin", "2026-01-15T06:59:59Z", false],
    ["08:00-20:00 Europe/Berlin", "2026-01-15T07:00:00Z", true],
    ["08:00-20:00 Europe/Berlin", "2026-01-15T18:59:59.999Z", true],
    ["08:00-20:00 Europe/Berlin", "2026-01-15T19:00:00Z", false],
    ["08:00-20:00 Europe/Berlin", "2026-07-15T06:00:00Z", true],
    ["08:00-20:00 Europe/Berlin", "2026-07-15T18:00:00Z", false],
    ["22:00-06:00 UTC", "2026-01-15T21:59:00Z", false],
    ["22:00-06:00 UTC", "2026-01-15T23:00:00Z", true],
    ["22:00-06:00 UTC", "2026-01-16T05:59:00Z", true],
    ["22:00-06:00 UTC", "2026-01-16T06:00:00Z", false],
    ["20:00-24:00 UTC", "2026-01-15T23:59:00Z", true],
    ["20:00-24:00 UTC", "2026-01-16T00:00:00Z", false],
    ["09:00-17:00 Asia/Kathmandu", "2026-01-15T03:15:00Z", true],
    ["09:00-17:00 America/New_York", "2026-01-15T22:00:00Z", false],
  ])("%s at %s is %s", (text, instant, expected) => {
    expect(isWithinHours(hours(text), at(instant))).toBe(expected);
  });
});

describe("nextHoursEdge", () => {
  it.each([
    ["08:00-20:00 UTC", "2026-01-15T07:59:59.500Z", "2026-01-15T08:00:00Z"],
    ["08:00-20:00 UTC", "2026-01-15T08:00:00Z", "2026-01-15T20:00:00Z"],
    ["08:00-20:00 UTC", "2026-01-15T20:00:00Z", "2026-01-16T08:00:00Z"],
    ["22:00-06:00 UTC", "2026-01-15T23:00:00Z", "2026-01-16T06:00:00Z"],
    // clocks go forward at 01:00 UTC: 08:00 comes an hour sooner
    ["08:00-20:00 Europe/Berlin", "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"],
    // and back at 01:00 UTC
    ["08:00-20:00 Europe/Berlin", "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z"],
    // 02:30 does not exist on this day: the skip opens the window
    ["02:30-20:00 Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"],
    // 02:30 comes twice on this day: the window closes, opens again with the clocks, and closes again
    ["20:00-02:30 Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"],
    ["20:00-02:30 Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"],
    ["20:00-02:30 Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"],
  ])("of %s after %s is %s", (text, instant, expected) => {
    expect(new Date(nextHoursEdge(hours(text), at(instant)))).toEqual(new Date(expected));
  });

  it("is where a minute by minute look finds it", () => {
    const zones = [
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "America/Havana",
      "Africa/Cairo",
    ];
    const minute = fc.integer({ min: 0, max: 1439 });
    const window = fc
      .record({ start: minute, end: minute, zone: fc.constantFrom(...zones) })
      .filter(({ start, end }) => start !== end);
    // around the changes of clocks, where mistakes hide
    const days = [
      "2026-03-08",
      "2026-03-29",
      "2026-04-05",
      "2026-04-24",
      "2026-10-04",
      "2026-10-25",
      "2026-10-30",
      "2026-11-01",
    ];
    const instant = fc
      .tuple(fc.constantFrom(...days), fc.integer({ min: -36 * 3_600_000, max: 36 * 3_600_000 }))
      .map(([day, shift]) => at(`${day}T00:00:00Z`) + shift);
    fc.assert(
      fc.property(window, instant, (open, now) => {
        const before = isWithinHours(open, now);
        let expected = Math.floor(now / 60_000) * 60_000 + 60_000;
        while (isWithinHours(open, expected) === before) expected += 60_000;
        expect(nextHoursEdge(open, now)).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });
});
