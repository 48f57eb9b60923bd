/** What is used here of Node's WebAssembly: the types of Node leave it to those of browsers. */
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, object>>;
  type Exports = Readonly<Record<string, unknown>>;

  class Module {
    constructor(bytes: Uint8Array);
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    readonly exports: Exports;
    constructor(module: Module, imports: Imports);
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
