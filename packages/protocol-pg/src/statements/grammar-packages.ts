import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { CreateLibPgQuery } from "pg-query-18/wasm/libpg-query.js";
import { withCompilationHints } from "./compilation-hints.ts";

/** Written out, so that a bundler sees them; loaded only when a server of that version is met. */
const packages = {
  13: () => import("pg-query-13/wasm/libpg-query.js"),
  14: () => import("pg-query-14/wasm/libpg-query.js"),
  15: () => import("pg-query-15/wasm/libpg-query.js"),
  16: () => import("pg-query-16/wasm/libpg-query.js"),
  17: () => import("pg-query-17/wasm/libpg-query.js"),
  18: () => import("pg-query-18/wasm/libpg-query.js"),
} as const;

export type GrammarMajor = keyof typeof packages;

export function isGrammarMajor(major: number): major is GrammarMajor {
  return Object.hasOwn(packages, major);
}

/** What instances of a grammar are made of. */
export interface LoadedGrammar {
  readonly createLibPgQuery: CreateLibPgQuery;
  readonly module: WebAssembly.Module;
}

const require = createRequire(import.meta.url);
const loaded = new Map<GrammarMajor, Promise<LoadedGrammar>>();

/** Loads the grammar of a version, whose WebAssembly is compiled once for all its instances. */
export function loadGrammar(major: GrammarMajor): Promise<LoadedGrammar> {
  const known = loaded.get(major);
  if (known !== undefined) return known;
  const loading = load(major);
  loaded.set(major, loading);
  // who asks again later may have more luck
  loading.catch(() => loaded.delete(major));
  return loading;
}

async function load(major: GrammarMajor): Promise<LoadedGrammar> {
  const [{ default: createLibPgQuery }, wasm] = await Promise.all([
    packages[major](),
    readFile(require.resolve(`pg-query-${major}/wasm/libpg-query.wasm`)),
  ]);
  return { createLibPgQuery, module: await WebAssembly.compile(withCompilationHints(wasm)) };
}
