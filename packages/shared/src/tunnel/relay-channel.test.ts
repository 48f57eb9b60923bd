import { describe, expect, it } from "vitest";
import { GrowthBudget, INITIAL_CREDIT_BYTES, MAX_CREDIT_BYTES } from "./credit-window.ts";
import { RelayChannel } from "./relay-channel.ts";

const PIECE_BYTES = 32 * 1024;

/** A channel whose peer sends all that it may, and says so when it had to stand still. */
function received() {
  const granted: number[] = [];
  const channel = new RelayChannel(1, {
    ready: () => undefined,
    grant: (_channel, credit) => granted.push(credit),
    gone: () => undefined,
    growth: new GrowthBudget(),
    lostCode: "tunnel/agent-lost",
  });
  let sent = 0;
  /** How much the peer may send before it has to wait. */
  const allowance = (): number => INITIAL_CREDIT_BYTES + granted.reduce((sum, credit) => sum + credit, 0) - sent;
  let stoodStill = false;
  /** Sends whatever there is credit for. */
  const fill = (): void => {
    while (allowance() > 0) {
      const bytes = Buffer.alloc(Math.min(PIECE_BYTES, allowance()));
      sent += bytes.length;
      channel.receive({ kind: "data", channel: 1, bytes, starved: stoodStill });
      stoodStill = false;
    }
    stoodStill = true;
  };
  let read = 0;
  const take = async (): Promise<void> => {
    read += (await channel.read())?.length ?? 0;
  };
  return { channel, fill, take, onTheWay: () => sent + allowance() - read };
}

describe("the window of a channel", () => {
  it("grows to its bound for a reader that had read everything whenever the peer stood still", async () => {
    const { fill, take, onTheWay } = received();
    for (let round = 0; round < 8; round += 1) {
      const due = onTheWay();
      fill();
      for (let left = due; left > 0; left -= PIECE_BYTES) await take();
    }
    expect(onTheWay()).toBe(MAX_CREDIT_BYTES);
  });

  it("does not grow for a reader that reads on but never catches up, however often the peer stands still", async () => {
    const { fill, take, onTheWay } = received();
    fill();
    for (let round = 0; round < 200; round += 1) {
      await take();
      fill();
      expect(onTheWay()).toBeLessThanOrEqual(INITIAL_CREDIT_BYTES);
    }
  });

  it("does not grow for a reader that stands still", () => {
    const { fill, onTheWay } = received();
    for (let round = 0; round < 10; round += 1) fill();
    expect(onTheWay()).toBe(INITIAL_CREDIT_BYTES);
  });
});
