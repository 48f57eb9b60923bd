import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { CommandFailure } from "../../command-failure.ts";
import { findOnPath } from "../../find-on-path.ts";

/** The user `nobody`, which every Linux has: no account is made for the server. */
const NOBODY = 65534;
// CAP_DAC_OVERRIDE to be kept, CAP_SETPCAP to keep it
const NEEDED_CAPABILITIES = (1n << 1n) | (1n << 8n);

/** The securebit makes access(2), by which PostgreSQL looks at its own programs, count the capability too. */
const passThrough = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"];

/** How to start a program that refuses to run as root. */
export interface UnprivilegedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: { readonly uid?: number; readonly gid?: number };
}

/** Who owns what the server writes; undefined: the user of this process. */
export function serverUser(): number | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/**
 * The command line that runs a program without root's rights and ends it (by SIGINT) when this process dies in whatever way.
 * Root's checkout may lie below a folder of mode 0700: there, and only there, the one capability that is kept lets
 * the program pass through it.
 */
export function unprivilegedCommand(
  command: string,
  args: readonly string[],
  paths: readonly string[],
): UnprivilegedCommand {
  const setpriv = process.platform === "linux" ? findOnPath("setpriv") : undefined;
  const user = serverUser();
  const closed = user === undefined ? undefined : firstOf(paths, firstClosedFolder);
  if (closed !== undefined && (setpriv === undefined || !mayKeepCapability())) throw notPassable(closed);
  if (setpriv === undefined) return { command, args, options: user === undefined ? {} : { uid: user, gid: user } };
  const asUser = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  const capability = closed === undefined ? [] : passThrough;
  return { command: setpriv, args: [...asUser, ...capability, "--pdeathsig=INT", command, ...args], options: {} };
}

/** Containers may take this capability even from root. */
function mayKeepCapability(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) & NEEDED_CAPABILITIES) === NEEDED_CAPABILITIES;
}

function notPassable(closed: string): CommandFailure {
  return new CommandFailure(
    `PostgreSQL refuses to run as root, and the user it would run as (uid ${NOBODY}) cannot pass through ${closed}.`,
    `Install util-linux (for "setpriv"), start this as an ordinary user, or make the folder passable: chmod o+x ${closed}`,
  );
}

function firstOf<T, R>(values: readonly T[], find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The outermost folder above a path that others may not pass. */
export function firstClosedFolder(path: string): string | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  const outer = firstClosedFolder(parent);
  if (outer !== undefined) return outer;
  const found = statSync(parent);
  return found.uid === NOBODY || (found.mode & 0o001) !== 0 ? undefined : parent;
}
