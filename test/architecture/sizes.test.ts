import { describe, expect, it } from "vitest";
import { packageFiles, projectFiles, type ProjectFile } from "./source-files.ts";

const MAX_LINES = 400;
const MEDIAN_BELOW = 100;

const packages = packageFiles();

describe("files", () => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const all = [...packages, ...projectFiles("test", /\.ts$/), ...projectFiles("scripts", /\.mjs$/)];
    expect(all.filter((file) => lines(file) > MAX_LINES).map((file) => `${file.path}: ${lines(file)}`)).toEqual([]);
  });

  it(`of source have less than ${MEDIAN_BELOW} lines in the median`, () => {
    const sizes = packages
      .filter(({ path }) => !path.endsWith(".test.ts"))
      .map(lines)
      .toSorted((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(MEDIAN_BELOW);
  });
});

function lines({ text }: ProjectFile): number {
  return text.split("\n").length - 1;
}
