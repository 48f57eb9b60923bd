import { GatewayError } from "@sallyport/shared/errors";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SessionClock, type SessionClockParts } from "./session-clock.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2031-01-01T00:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

function started(changes: Partial<SessionClockParts> = {}) {
  const ends: string[] = [];
  const clock = new SessionClock({
    expires: new Date(Date.now() + 365 * DAY),
    idleMs: undefined,
    isBusy: () => false,
    nextCheck: () => undefined,
    onEnd: ({ code }) => ends.push(code),
    ...changes,
  });
  return { clock, ends };
}

describe("the time of a session", () => {
  it("is over at its very end, and the session ends once", () => {
    const { ends } = started({ expires: new Date(Date.now() + MINUTE) });
    vi.advanceTimersByTime(MINUTE - 1);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(DAY);
    expect(ends).toEqual(["session/expired"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("may be longer than a timer can be", () => {
    const { ends } = started({ expires: new Date(Date.now() + 2 ** 31 + DAY) });
    vi.advanceTimersByTime(2 ** 31 + DAY - 1);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ends).toEqual(["session/expired"]);
  });

  it("is not watched once the session is over", () => {
    const { clock, ends } = started({ expires: new Date(Date.now() + MINUTE), idleMs: MINUTE });
    clock.stop();
    clock.recheckAccess();
    vi.advanceTimersByTime(DAY);
    expect(ends).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that is up before the session begins ends it once, and leaves nothing to watch", () => {
    const { ends } = started({
      expires: new Date(Date.now() - 1),
      idleMs: MINUTE,
      nextCheck: () => new Date(Date.now() + MINUTE),
    });
    vi.advanceTimersByTime(DAY);
    expect(ends).toEqual(["session/expired"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a session's idleness", () => {
  it("counts from the last byte of either side", () => {
    const { clock, ends } = started({ idleMs: 15 * MINUTE });
    for (let round = 0; round < 10; round += 1) {
      vi.advanceTimersByTime(14 * MINUTE);
      clock.activity();
    }
    vi.advanceTimersByTime(15 * MINUTE - 1);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ends).toEqual(["session/idle"]);
  });

  it("does not count while the server is at work, and begins anew when it has answered", () => {
    let busy = true;
    const { clock, ends } = started({ idleMs: MINUTE, isBusy: () => busy });
    vi.advanceTimersByTime(10 * MINUTE + MINUTE / 2);
    busy = false;
    clock.activity();
    vi.advanceTimersByTime(MINUTE - 1);
    expect(ends).toEqual([]);
    vi.advanceTimersByTime(MINUTE);
    expect(ends).toEqual(["session/idle"]);
  });
});

describe("a session's access", () => {
  it("is asked for again when time alone may change it, and at no other time", () => {
    const asked: number[] = [];
    const startedAt = Date.now();
    started({
      nextCheck: () => {
        asked.push(Date.now() - startedAt);
        return asked.length < 3 ? new Date(Date.now() + MINUTE) : undefined;
      },
    });
    vi.advanceTimersByTime(DAY);
    expect(asked).toEqual([0, MINUTE, 2 * MINUTE]);
  });

  it("is asked for at once when something has changed, and the plan is made anew", () => {
    const asked: number[] = [];
    const startedAt = Date.now();
    const { clock } = started({
      nextCheck: () => {
        asked.push(Date.now() - startedAt);
        return new Date(Date.now() + MINUTE);
      },
    });
    vi.advanceTimersByTime(MINUTE / 2);
    clock.recheckAccess();
    vi.advanceTimersByTime(MINUTE);
    expect(asked).toEqual([0, MINUTE / 2, MINUTE * 1.5]);
    clock.stop();
  });

  it("that has ended ends the session with its reason", () => {
    let gone = false;
    const { clock, ends } = started({
      nextCheck: () => {
        if (gone) throw new GatewayError("session/access-ended", "gone");
        return undefined;
      },
    });
    gone = true;
    clock.recheckAccess();
    expect(ends).toEqual(["session/access-ended"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
