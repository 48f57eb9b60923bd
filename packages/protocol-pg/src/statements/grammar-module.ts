import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { withCompilationHints } from "./compilation-hints.ts";
import type { GrammarMajor } from "./grammar.ts";

const require = createRequire(import.meta.url);
const modules = new Map<GrammarMajor, Promise<WebAssembly.Module>>();

/** The WebAssembly of a version's grammar, compiled once for all its instances. */
export function grammarModule(major: GrammarMajor): Promise<WebAssembly.Module> {
  const known = modules.get(major);
  if (known !== undefined) return known;
  const compiled = compile(major);
  modules.set(major, compiled);
  // who asks again later may have more luck
  compiled.catch(() => modules.delete(major));
  return compiled;
}

async function compile(major: GrammarMajor): Promise<WebAssembly.Module> {
  const wasm = await readFile(require.resolve(`pg-query-${major}/wasm/libpg-query.wasm`));
  return WebAssembly.compile(withCompilationHints(wasm));
}
