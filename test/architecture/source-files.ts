import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));
const skipped = new Set(["node_modules", ".git", ".sallyport", ".sallyport-tools", "coverage", "gen", "testdata"]);

/** A file of the project, with its path from the root. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** All files below a folder of the project whose names end so, apart from what is generated, captured or installed. */
export function projectFiles(folder: string, extension: RegExp): ProjectFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: false }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (skipped.has(entry.name)) return [];
    if (entry.isDirectory()) return projectFiles(path, extension);
    return extension.test(entry.name) ? [{ path, text: readFileSync(join(root, path), "utf8") }] : [];
  });
}

/** TypeScript of the packages, tests among it. */
export function packageFiles(): ProjectFile[] {
  return readdirSync(join(root, "packages")).flatMap((name) => projectFiles(join("packages", name, "src"), /\.ts$/));
}

/** What a file imports, as written. */
export function importsOf({ text }: ProjectFile): string[] {
  const statements = text.matchAll(/^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm);
  const calls = text.matchAll(/\bimport\(\s*"([^"]+)"/g);
  return [...statements, ...calls].map((match) => match[1] ?? "");
}

/** The package a path belongs to: `gateway`, or `test`. */
export function packageOf(path: string): string {
  const [first, second] = path.split("/");
  return first === "packages" ? (second ?? "") : (first ?? "");
}

/** The file of this project that an import names, or undefined for a library. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return relative(root, resolve(root, dirname(from), specifier));
  const own = /^@sallyport\/([^/]+)\/(.+)$/.exec(specifier);
  return own === null ? undefined : join("packages", own[1] ?? "", "src", `${own[2]}.ts`);
}

/** The paths of all files that a file brings with it, itself among them. */
export function reachableFrom(entry: string, files: readonly ProjectFile[]): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...importsOf(file).flatMap((specifier) => resolveImport(file.path, specifier) ?? []));
  }
  return reached;
}
