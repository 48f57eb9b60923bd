import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { Tally } from "./tally.ts";

describe("Tally", () => {
  it("counts by labels, and takes up no more than so many of them", async () => {
    const registry = new Registry();
    const tally = new Tally(registry, { name: "seen_total", help: "Seen", labels: ["what", "how"] });
    tally.add(["a", "b"]);
    tally.add(["a", "b"], 2);
    for (let index = 0; index < 5_000; index += 1) tally.add(["flood", String(index)]);
    const text = await registry.metrics();
    expect(text).toContain('seen_total{what="a",how="b"} 3');
    expect(text).toContain('seen_total{what="other",how="other"} 3001');
    expect(text.split("\n").length).toBeLessThan(2_010);
    expect(await registry.metrics()).toBe(text);
  });
});
