import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import { assembleSnapshot, type Assembled, type FileContent } from "./assemble-snapshot.ts";
import { listFolder, reasonOf, stampOf, type FolderListing } from "./list-folder.ts";

/** One look at a folder. */
export interface FolderReading {
  readonly assembled: Assembled;
  /** Of the folder as it was read; another stamp means that it is worth reading again. */
  readonly stamp: string;
  /** Whether nothing changed while it was read and for a moment after, so that no file is half written. */
  readonly settled: boolean;
}

const MAX_FILE_BYTES = 1024 * 1024;
/** Longer than any program rests between two pieces of a file. */
const SETTLE_MS = 50;
const MAX_ALL_BYTES = 16 * 1024 * 1024;

/**
 * Reads all documents of a folder. `onListing` is called before the first file is read, so that whoever watches the
 * directories misses no change. Throws `policy/unavailable` where the folder cannot be read.
 */
export async function readFolder(
  folder: string,
  protocols: readonly string[],
  onListing: (listing: FolderListing) => void,
): Promise<FolderReading> {
  const listing = await listFolder(folder);
  onListing(listing);
  const problems = [...listing.problems];
  const files: FileContent[] = [];
  let left = MAX_ALL_BYTES;
  for (const file of listing.files) {
    left -= file.bytes;
    if (file.bytes > MAX_FILE_BYTES) problems.push(`${file.name}: is larger than 1 MiB; split it.`);
    else if (left < 0) problems.push(`${file.name}: is too much; all documents together may have 16 MiB.`);
    else {
      try {
        files.push({ name: file.name, text: decodeText(await readFile(file.path)) });
      } catch (error) {
        problems.push(`${file.name}: cannot be read: ${reasonOf(error)}.`);
      }
    }
  }
  const stamp = stampOf(listing);
  await delay(SETTLE_MS);
  const settled = stampOf(await listFolder(folder)) === stamp;
  const assembled = assembleSnapshot(files, protocols);
  if (problems.length === 0) return { assembled, stamp, settled };
  const others = assembled.kind === "faulty" ? assembled.problems : [];
  return { assembled: { kind: "faulty", problems: [...problems, ...others] }, stamp, settled };
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new GatewayError("policy/unavailable", "it is not UTF-8", { cause: error });
  }
}
