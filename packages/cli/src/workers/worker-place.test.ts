import { describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import type { StopReason } from "../stop-request.ts";
import type { Worker } from "./worker.ts";
import { WorkerPlace, type WorkerPlaceOptions } from "./worker-place.ts";

/** A worker that ends when the test says so, or when it is told to stop. */
function openPlace(more: Partial<WorkerPlaceOptions> = {}) {
  const workers: { readonly lose: (how: string) => void; readonly stops: readonly StopReason[] }[] = [];
  const log = memoryLog();
  const start = (): Worker => {
    const exited = Promise.withResolvers<string>();
    const stops: StopReason[] = [];
    workers.push({ lose: exited.resolve, stops });
    return {
      pid: workers.length,
      ready: Promise.resolve(),
      exited: exited.promise,
      stop(reason) {
        stops.push(reason);
        exited.resolve("exit code 0");
      },
      hangUp: () => undefined,
      metrics: async () => undefined,
      kill: () => exited.resolve("SIGKILL"),
    };
  };
  const nothing = async (): Promise<void> => undefined;
  const options = { number: 2, prepare: nothing, start, onReady: nothing, log, ...more };
  return { workers, log, place: new WorkerPlace(options) };
}

describe("WorkerPlace", () => {
  it("has another worker when one is lost, and says so", async () => {
    const { workers, log, place } = openPlace();
    await place.open();
    const next = log.until("worker.started");
    workers[0]?.lose("SIGKILL");
    expect((await next).fields).toEqual({ worker: 2, pid: 2 });
    expect(log.lines.map(({ event, fields }) => [event, fields.pid, fields.reason])).toEqual([
      ["worker.started", 1, undefined],
      ["worker.lost", 1, "SIGKILL"],
      ["worker.started", 2, undefined],
    ]);
    await place.close("SIGTERM", 60_000);
    expect(workers.map(({ stops }) => stops)).toEqual([[], ["SIGTERM"]]);
  });

  it("goes on where what a later worker needs cannot be made, and says so", async () => {
    let prepared = 0;
    const { workers, log, place } = openPlace({
      prepare: async () => {
        prepared += 1;
        if (prepared > 1) throw new Error("no space left");
      },
    });
    await place.open();
    const said = log.until("worker.incomplete");
    const next = log.until("worker.started");
    workers[0]?.lose("SIGKILL");
    expect((await said).fields).toEqual({
      worker: 2,
      code: "internal/unexpected",
      reason: "[internal/unexpected] no space left",
    });
    expect((await next).fields).toMatchObject({ pid: 2 });
    await place.close("SIGINT", 60_000);
  });

  it("starts no other once it is closed, not even for one that was lost a moment before", async () => {
    const { workers, place } = openPlace();
    await place.open();
    workers[0]?.lose("exit code 1");
    await place.close("SIGINT", 60_000);
    expect(workers).toHaveLength(1);
  });
});
