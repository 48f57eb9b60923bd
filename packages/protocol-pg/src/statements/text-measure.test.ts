import { describe, expect, it } from "vitest";
import { judgeText, textLimits } from "./text-budget.ts";
import { measureText } from "./text-measure.ts";

const judge = (sql: string): string => judgeText(Buffer.from(sql)).kind;

function depthOf(sql: string): number {
  const measure = measureText(Buffer.from(sql), textLimits);
  if (measure.kind === "exceeded") throw new Error(measure.because);
  return measure.depth;
}

describe("measureText", () => {
  it.each([
    ["a string", `select '${"(".repeat(2000)}'`],
    ["a string with doubled quotes", `select '${"''(".repeat(2000)}'`],
    ["an escape string", `select E'\\'${"(".repeat(2000)}'`],
    ["a dollar-quoted string", `select $é_1$ $$ ' ${"(".repeat(2000)} $é_1$`],
    ["a quoted name", `select "${"(".repeat(2000)}"`],
    ["a line comment", `select 1 -- ${"(".repeat(2000)}\n`],
    ["a nested comment", `select /* /* ${"(".repeat(2000)} */ ( */ 1`],
  ])("does not count what stands in %s", (_what, sql) => {
    expect(depthOf(sql)).toBeLessThan(10);
  });

  it.each([
    ["after an escape string that ends in a backslash", `select E'\\\\', ${"(".repeat(501)}`],
    ["after a plain string that ends in a backslash", `select '\\', ${"(".repeat(501)}`],
    ["after a parameter", `select $1, ${"(".repeat(501)} $1`],
    ["after a name with a dollar in it", `select a$b$, ${"(".repeat(501)} $b$`],
    ["in square brackets", `select array${"[".repeat(501)}`],
  ])("counts brackets %s", (_what, sql) => {
    expect(judge(sql)).toBe("refused");
  });

  it("finds long lists flat and chains deep", () => {
    expect(depthOf(`insert into t values ${"(1, 'a', f(x)),".repeat(1000)} (1)`)).toBeLessThan(30);
    expect(depthOf(`select 1${"+1".repeat(1000)}`)).toBeGreaterThan(1000);
    expect(depthOf(`select 1, 2${" union select 1, 2".repeat(1000)}`)).toBeGreaterThan(1000);
    expect(depthOf(`select ${"f(a, ".repeat(400)}1${")".repeat(400)}`)).toBeGreaterThan(400);
  });

  it.each([
    ["comments nested too deep", "/*".repeat(9)],
    ["comments in a row, which cost the square of their number", "/**/".repeat(10_000)],
    ["operators in a row, which do too", `select 1 ${"+-".repeat(200)} 1`],
    ["NUL", "select 1\0; drop table t"],
    ["a control character", "select '\x1b'"],
    ["DEL", "select '\x7f'"],
  ])("refuses %s", (_what, sql) => {
    expect(judge(sql)).toBe("refused");
  });

  it("takes ordinary banners, white space and eight nested comments", () => {
    expect(judge(`${`/*${"*".repeat(100)}*/\n`.repeat(50)}--${"-".repeat(5000)}\nselect\t\v\f\r\n1`)).toBe("here");
    expect(judge(`${"/*".repeat(8)}${"*/".repeat(8)} select 1`)).toBe("here");
  });

  it("sends many short statements to the worker, as it does one long one", () => {
    expect(judge("select a from t;".repeat(100))).toBe("here");
    expect(judge("select a from t;".repeat(400))).toBe("worker");
    expect(judge("set x to ';'; -- ;\n".repeat(2))).toBe("here");
  });

  it("refuses invalid UTF-8", () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      expect(judgeText(Buffer.concat([Buffer.from("select '"), Buffer.from(bytes), Buffer.from("'")])).kind).toBe(
        "refused",
      );
    }
  });
});
