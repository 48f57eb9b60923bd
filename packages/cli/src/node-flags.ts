/**
 * PostgreSQL's grammar has one huge function of WebAssembly, for which V8's optimizing compiler takes half a gigabyte for
 * some seconds. So a function is not optimized because it is much used, but where it has a hint, which those of the
 * grammar get but for the largest (`protocol-pg/statements/compilation-hints.ts`, ADR 16).
 */
export const wasmFlags: readonly string[] = [
  "--no-wasm-dynamic-tiering",
  "--no-wasm-tier-up",
  "--experimental-wasm-compilation-hints",
];

/**
 * How gateways and agents are run.
 *
 * What they relay lives in buffers outside the JavaScript heap, which the small objects of a young generation keep alive. A
 * small young generation is collected often and cheaply, and the buffers with it; with the default size they pile up
 * until the whole heap has to be marked, which cost half of the CPU time in bulk.
 */
export const nodeFlags: readonly string[] = ["--max-semi-space-size=4", ...wasmFlags];
