import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ParseDesk, type ParseDeskLimits } from "./parse-desk.ts";

const limits: ParseDeskLimits = {
  parseMs: 20_000,
  startMs: 30_000,
  idleMs: 1,
  waitingTexts: 2,
  waitingBytes: 10_000_000,
};
/** Takes some seconds. */
const slow = Buffer.from(`insert into t values (1${",1".repeat(1_900_000)})`);

describe("ParseDesk", () => {
  it("refuses a text that takes too long, kills its worker and reads the next", async () => {
    const desk = new ParseDesk(15, { ...limits, parseMs: 1_000 });
    const [lost, next] = await Promise.all([desk.read(slow), desk.read(Buffer.from("delete from t"))]);
    expect(lost.lasting).toBe(false);
    expect(lost.read.statements[0]?.unknownBecause).toMatch(/too long/);
    expect(next.read.statements[0]?.verbs).toEqual(["delete"]);
  });

  it("refuses what it has no room for, and says that this does not last", async () => {
    const desk = new ParseDesk(15, limits);
    const answers = await Promise.all([1, 2, 3].map((n) => desk.read(Buffer.from(`select ${n}`))));
    expect(answers.map((answer) => answer.lasting)).toEqual([true, true, false]);
  });

  it("reads on after texts that break the grammar", async () => {
    const desk = new ParseDesk(15, { ...limits, waitingTexts: 100 });
    const breaking = Buffer.from(`select 1${"::int".repeat(700_000)}`);
    const broken = await Promise.all(Array.from({ length: 3 }, () => desk.read(breaking)));
    expect(broken.map(({ read }) => read.statements[0]?.verbs)).toEqual([["unknown"], ["unknown"], ["unknown"]]);
    expect((await desk.read(Buffer.from("select 1"))).read.statements[0]?.verbs).toEqual(["read"]);
  });

  it("lets the process end while its worker is idle", async () => {
    const script = `
      const { ParseDesk } = await import(${JSON.stringify(new URL("./parse-desk.ts", import.meta.url).href)});
      const desk = new ParseDesk(15, ${JSON.stringify({ ...limits, idleMs: 3_600_000 })});
      console.log((await desk.read(Buffer.from("select 1"))).read.statements[0].verbs.join());`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output, exit] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect([output.trim(), exit[0]]).toEqual(["read", 0]);
  });
});
