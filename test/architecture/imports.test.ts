import { describe, expect, it } from "vitest";
import { importsOf, packageFiles, packageOf, projectFiles, resolveImport } from "./source-files.ts";

/** Which of our packages each may import, besides itself. An adapter is any `protocol-…`. */
function mayImport(importer: string, imported: string): boolean {
  if (importer === imported || importer === "test") return true;
  if (importer === "cli") return imported !== "test";
  return importer !== "shared" && imported === "shared";
}

const files = [...packageFiles(), ...projectFiles("test", /\.ts$/)];
const known = new Set(files.map(({ path }) => path));
const edges = files.flatMap((file) =>
  importsOf(file).flatMap((specifier) => {
    const to = resolveImport(file.path, specifier);
    return to === undefined ? [] : [{ from: file.path, to, specifier }];
  }),
);

/** Tests of every package share what lies in test/support, which is no package of theirs. */
const isSupport = ({ from, to }: { from: string; to: string }): boolean =>
  from.endsWith(".test.ts") && to.startsWith("test/support/");
const fenced = edges.filter((edge) => !isSupport(edge));

describe("imports", () => {
  it("are found at all", () => {
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.filter(({ to }) => !known.has(to) && !to.includes("/gen/") && to.endsWith(".ts"))).toEqual([]);
  });

  it("go only downwards: an adapter knows shared, gateway and agent know neither adapters nor each other", () => {
    const wrong = fenced.filter(({ from, to }) => !mayImport(packageOf(from), packageOf(to)));
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it("cross a package only by its name, never by a path", () => {
    const wrong = fenced.filter(
      ({ from, to, specifier }) => specifier.startsWith(".") && packageOf(from) !== packageOf(to),
    );
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it("make no circle", () => {
    expect(circles(edges)).toEqual([]);
  });

  it("take no test into the product", () => {
    const wrong = edges.filter(({ from, to }) => to.endsWith(".test.ts") && !from.endsWith(".test.ts"));
    expect(wrong).toEqual([]);
  });
});

/** Every circle that a walk along the imports runs into, as the files on it. */
function circles(graph: readonly { readonly from: string; readonly to: string }[]): string[] {
  const next = Map.groupBy(graph, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const begin = path.indexOf(file);
    if (begin !== -1) {
      found.push([...path.slice(begin), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}
