import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";

/** A file of documents. */
export interface FoundFile {
  /** Its path below the folder, with slashes: how people know it. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** What a folder of documents holds at one moment. */
export interface FolderListing {
  readonly files: readonly FoundFile[];
  readonly problems: readonly string[];
}

const MAX_DEPTH = 16;
const MAX_FILES = 2000;
const extension = /\.(ya?ml|json)$/i;
/** What policies are tried with lies beside them and is no document. */
const cases = /\.cases\.ya?ml$/i;

/** Lists the folder's documents, deep. Throws `policy/unavailable` where the folder itself cannot be read. */
export async function listFolder(folder: string): Promise<FolderListing> {
  try {
    const root = await realpath(folder);
    await readdir(root);
    const walk = new Walk(root);
    await walk.enter(root, "", 0);
    return { files: walk.files, problems: walk.problems };
  } catch (error) {
    throw new GatewayError(
      "policy/unavailable",
      `the folder of documents ${folder} cannot be read: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** One walk through a folder. */
class Walk {
  readonly files: FoundFile[] = [];
  readonly #entered = new Set<string>();
  readonly problems: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async enter(directory: string, prefix: string, depth: number): Promise<void> {
    // a link may lead to where we are or have been: what lies there is read once
    if (this.#entered.has(directory)) return;
    this.#entered.add(directory);
    if (depth > MAX_DEPTH) {
      this.problems.push(`${prefix}: lies more than ${MAX_DEPTH} folders deep; move it up.`);
      return;
    }
    const entries = await readdir(directory, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      // hidden ones are other programs' own: an editor's, git's, the `..data` of a Kubernetes volume
      if (entry.name.startsWith(".")) continue;
      await this.#visit(entry, directory, prefix + entry.name, depth);
    }
  }

  async #visit(entry: Dirent, directory: string, name: string, depth: number): Promise<void> {
    const isDocument = extension.test(entry.name) && !cases.test(entry.name);
    if (!isDocument && !entry.isDirectory() && !entry.isSymbolicLink()) return;
    try {
      const path = entry.isSymbolicLink() ? await realpath(join(directory, entry.name)) : join(directory, entry.name);
      const found = await stat(path);
      if (!found.isDirectory() && !isDocument) return;
      if (path !== this.#root && !path.startsWith(this.#root + sep)) {
        this.problems.push(`${name}: is a link that leads out of the folder; put the file itself here.`);
      } else if (found.isDirectory()) {
        await this.enter(path, `${name}/`, depth + 1);
      } else if (found.isFile()) {
        this.#add({ name, path, bytes: found.size });
      } else {
        this.problems.push(`${name}: is neither a file nor a folder; remove it.`);
      }
    } catch (error) {
      // a dangling link that would not be read anyway is nobody's business here
      if (isDocument || entry.isDirectory()) this.problems.push(`${name}: cannot be read: ${reasonOf(error)}.`);
    }
  }

  #add(file: FoundFile): void {
    if (this.files.length === MAX_FILES) {
      this.problems.push(`${file.name}: is one file too many; a folder holds at most ${MAX_FILES}.`);
    }
    if (this.files.length >= MAX_FILES) return;
    this.files.push(file);
  }
}

/** A system call's error in a few words, without paths that say nothing new. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("code" in error)) return error.message;
  if (error.code === "ENOENT") return "it does not exist";
  if (error.code === "EACCES" || error.code === "EPERM") return "access is denied to the gateway's user";
  if (error.code === "ENOTDIR") return "it is not a folder";
  return String(error.code);
}
