import { readFile } from "node:fs/promises";
import { GatewayError } from "@sallyport/shared/errors";
import { draftOf, type FileContent } from "./assemble-snapshot.ts";
import { listFolder, reasonOf } from "./list-folder.ts";
import type { SnapshotDraft } from "./snapshot-draft.ts";

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_ALL_BYTES = 16 * 1024 * 1024;

/**
 * Reads all documents of a folder, with whatever is wrong with them among the draft's problems. Throws `policy/unavailable`
 * where the folder cannot be read.
 */
export async function readFolder(folder: string): Promise<SnapshotDraft> {
  const listing = await listFolder(folder);
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
  const draft = draftOf(files);
  draft.problems.unshift(...problems);
  return draft;
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new GatewayError("policy/unavailable", "it is not UTF-8", { cause: error });
  }
}
