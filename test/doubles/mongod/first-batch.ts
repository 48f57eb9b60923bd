import { documentOf, numberOf, type BsonDocument } from "./bson-document.ts";
import { decodeExactly } from "./bson-document.ts";
import type { CursorSource } from "./cursor-table.ts";
import { ownerOf, type CommandContext } from "./server-state.ts";

const DEFAULT_BATCH = 101;
/** As mongod: a reply has room for one document of the greatest size, so nearly that much of smaller ones. */
const MAX_BATCH_BYTES = 16_000_000;

/** How the documents of a reply are taken from a result. */
export interface BatchChoice {
  readonly size: number;
  readonly single: boolean;
}

/** What `batchSize`, in a command or its `cursor`, asks for. */
export function batchChoice(command: BsonDocument): BatchChoice {
  const size = numberOf(command, "batchSize") ?? numberOf(documentOf(command, "cursor"), "batchSize") ?? DEFAULT_BATCH;
  return { size, single: command["singleBatch"] === true };
}

/** Takes as many documents as fit, at least one where one was asked for. */
export function takeBatch(
  documents: readonly Buffer[],
  size: number,
): { readonly batch: readonly BsonDocument[]; readonly rest: readonly Buffer[] } {
  let bytes = 0;
  let count = 0;
  for (const document of documents) {
    bytes += document.length;
    if (count >= size || (count > 0 && bytes > MAX_BATCH_BYTES)) break;
    count++;
  }
  return { batch: documents.slice(0, count).map((document) => decodeExactly(document)), rest: documents.slice(count) };
}

/** The reply of a command that opens a cursor; the cursor is kept while there is more. */
export function firstBatch(
  context: CommandContext,
  namespace: string,
  documents: readonly Buffer[],
  choice: BatchChoice,
): BsonDocument {
  const { batch, rest } = takeBatch(documents, choice.size);
  const id = rest.length === 0 || choice.single ? 0n : open(context, namespace, { kind: "documents", documents: rest });
  return { cursor: { firstBatch: batch, id, ns: namespace } };
}

/** The reply that opens a cursor whose end is awaited. */
export function firstOfTail(
  context: CommandContext,
  namespace: string,
  documents: readonly Buffer[],
  next: Extract<CursorSource, { kind: "tail" }>["next"],
): BsonDocument {
  const firstDocuments = documents.map((document) => decodeExactly(document));
  return {
    cursor: { firstBatch: firstDocuments, id: open(context, namespace, { kind: "tail", next }), ns: namespace },
  };
}

function open(context: CommandContext, namespace: string, source: CursorSource): bigint {
  return context.server.cursors.open({ namespace, user: ownerOf(context), source }).id;
}
