import { readFolder } from "@sallyport/gateway/store/read-folder";
import { GatewayError } from "@sallyport/shared/errors";
import { CommandFailure } from "../command-failure.ts";

/** The documents of a folder, and where each stands. */
export interface FolderDocuments {
  readonly values: readonly object[];
  /** Such as `shop.yaml:12`, in the same order. */
  readonly places: readonly string[];
}

/** Reads all documents of a folder. What is wrong with one by itself is found here, where its file is known. */
export async function readDocuments(folder: string): Promise<FolderDocuments> {
  const draft = await readFolder(folder).catch((cause: unknown) => {
    throw new CommandFailure(GatewayError.from(cause).message, "Name the folder of documents with -f.", cause);
  });
  if (draft.problems.length > 0)
    throw new CommandFailure(["The documents are not valid:", ...draft.problems].join("\n  "), "Correct them.");
  const { connection, identityProvider, agent, policy } = draft;
  const placed = [...connection, ...identityProvider, ...agent, ...policy];
  return { values: placed.map(({ document }) => document), places: placed.map(({ place }) => place) };
}

/** What the gateway says of documents by their number, with the file instead. */
export function withPlaces(text: string, { places }: FolderDocuments): string {
  return text.replaceAll(/documents\[(\d+)\]/g, (whole, index: string) => places[Number(index)] ?? whole);
}
