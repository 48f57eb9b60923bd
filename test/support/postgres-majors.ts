import { fileURLToPath } from "node:url";
import { binariesIn, bundledBinaries, type PostgresBinaries } from "@sallyport/cli/servers/postgres/binaries";

/** The major that comes with the project. */
export const BUNDLED_MAJOR = 18;

/** Every major that is served. */
export const postgresMajors = [13, 14, 15, 16, 17, BUNDLED_MAJOR] as const;

/** Other majors' servers than the bundled one are dependencies of the tests, under names of their own. */
export function postgresOf(major: number): PostgresBinaries {
  if (major === BUNDLED_MAJOR) return bundledBinaries();
  return binariesIn(fileURLToPath(new URL(`../node_modules/postgres-${major}/native/bin`, import.meta.url)), major);
}
