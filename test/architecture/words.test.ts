import { describe, expect, it } from "vitest";
import { packageFiles, packageOf, projectFiles, reachableFrom } from "./source-files.ts";

describe("the core", () => {
  it("names no protocol: only an adapter, the one list, and the demo with its servers do", () => {
    const files = packageFiles();
    const product = reachableFrom("packages/cli/src/main.ts", files);
    const core = files.filter(({ path }) => {
      const names = packageOf(path).startsWith("protocol-") || path === "packages/cli/src/protocols.ts";
      return (
        product.has(path) &&
        !names &&
        !path.startsWith("packages/cli/src/demo/") &&
        !path.startsWith("packages/cli/src/servers/")
      );
    });
    expect(core.length).toBeGreaterThan(50);
    const id = /["'`](pg|postgres|postgresql|mysql|mariadb|mongo|mongodb)["'`]/i;
    const named = core.flatMap(({ path, text }) =>
      withoutDrivers(path, withoutComments(text)).flatMap((line) => (id.test(line) ? [`${path}: ${line.trim()}`] : [])),
    );
    expect(named).toEqual([]);
  });
});

describe("every file", () => {
  it("is free of paths that exist on one machine only", () => {
    const path = /(?<![\w.~-])\/(?:home|Users|root|work)\/[\w.-]+/;
    const files = ["packages", "test", "scripts", "docs", "deploy", ".ci"].flatMap((folder) =>
      projectFiles(folder, /\.(ts|mjs|md|json|ya?ml|proto)$|^run$/),
    );
    const found = [...files, ...rootFiles()].flatMap(({ path: name, text }) =>
      text
        .split("\n")
        .flatMap((line) => (path.test(line) && !line.includes("const path = /") ? [`${name}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

function rootFiles(): ReturnType<typeof projectFiles> {
  return projectFiles(".", /\.(ts|md|json|yaml)$/).filter(({ path }) => !path.includes("/"));
}

/** The store is kept in a database whose driver is called like a protocol. */
function withoutDrivers(path: string, lines: readonly string[]): readonly string[] {
  if (!path.startsWith("packages/gateway/src/store/postgres/")) return lines;
  return lines.filter((line) => !/^import .* from "pg";$/.test(line));
}

function withoutComments(text: string): string[] {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ""));
}
