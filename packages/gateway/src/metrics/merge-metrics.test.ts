import { describe, expect, it } from "vitest";
import { createGatewayMetrics } from "./gateway-metrics.ts";
import { mergeMetrics } from "./merge-metrics.ts";

function metricsOf(worker: number) {
  return createGatewayMetrics({ tunnelGroups: () => ["vpc-1"], isStoreReachable: () => true, worker });
}

describe("mergeMetrics", () => {
  it("puts what several workers have counted under one head, each with its number", async () => {
    const [first, second] = [metricsOf(1), metricsOf(2)];
    first.sessionOpened("pg");
    second.sessionOpened("pg");
    second.sessionOpened("pg");
    const texts = [await first.read(), await second.read()].map(({ text }) => text);
    const lines = mergeMetrics(texts).split("\n");
    const at = lines.indexOf("# TYPE sallyport_sessions gauge");
    expect(lines.slice(at - 1, at + 3)).toEqual([
      "# HELP sallyport_sessions Sessions that are logged in",
      "# TYPE sallyport_sessions gauge",
      'sallyport_sessions{protocol="pg",worker="1"} 1',
      'sallyport_sessions{protocol="pg",worker="2"} 2',
    ]);
    const heads = lines.filter((line) => line.startsWith("# TYPE "));
    expect(new Set(heads).size).toBe(heads.length);
    const samples = lines.filter((line) => line !== "" && !line.startsWith("#"));
    expect(samples.filter((line) => !/worker="[12]"/.test(line))).toEqual([]);
  });

  it("changes nothing of the metrics of one", async () => {
    const { text } = await metricsOf(1).read();
    expect(mergeMetrics([text]).trim()).toBe(text.trim());
  });
});
