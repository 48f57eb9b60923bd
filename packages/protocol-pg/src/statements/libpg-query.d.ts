/** The emscripten factory inside each `libpg-query`. The package's own index is not used: it keeps one instance for ever and hides when it breaks. */
declare module "*/wasm/libpg-query.js" {
  export interface LibPgQuery {
    /** Replaced by emscripten whenever the memory grows: read it anew after every call. */
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    _wasm_parse_query_raw(sql: number): number;
    _wasm_free_parse_result(result: number): void;
    getValue(pointer: number, type: "i32"): number;
  }

  export interface LibPgQueryOptions {
    print(line: string): void;
    printErr(line: string): void;
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): WebAssembly.Exports;
  }

  export type CreateLibPgQuery = (options: LibPgQueryOptions) => Promise<LibPgQuery>;

  const createLibPgQuery: CreateLibPgQuery;
  export default createLibPgQuery;
}
