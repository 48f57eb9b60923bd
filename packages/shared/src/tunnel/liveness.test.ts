import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Liveness } from "./liveness.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("Liveness", () => {
  it("is online with the first echo, and stays so while both streams answer", async () => {
    const { liveness, events } = start({ answers: true });
    for (let beat = 0; beat < 10; beat += 1) {
      await vi.advanceTimersByTimeAsync(15_000);
      liveness.heardControl();
    }
    expect(events.filter((event) => event !== "beat")).toEqual(["online"]);
    expect(events).toContain("beat");
    liveness.stop();
  });

  it("is not online without an echo, and lost after the lease", async () => {
    const { liveness, events } = start({ answers: false });
    for (let beat = 0; beat < 3; beat += 1) {
      liveness.heardControl();
      await vi.advanceTimersByTimeAsync(15_000);
    }
    expect(events).toContain("relay");
    expect(events).not.toContain("online");
  });

  it("is lost when the control stream is silent, and says so once", async () => {
    const { events } = start({ answers: true });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(events.filter((event) => event === "control")).toHaveLength(1);
  });
});

function start({ answers }: { readonly answers: boolean }) {
  const events: string[] = [];
  const liveness = new Liveness({
    beat: () => events.push("beat"),
    echo: () => (answers ? Promise.resolve() : new Promise(() => undefined)),
    onOnline: () => events.push("online"),
    onLost: (silent) => events.push(silent),
    now: () => Date.now(),
  });
  return { liveness, events };
}
