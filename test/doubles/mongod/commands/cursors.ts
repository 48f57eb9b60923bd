import { Long } from "bson";
import { decodeExactly, numberOf, textOf, type BsonDocument } from "../bson-document.ts";
import type { Cursor } from "../cursor-table.ts";
import { takeBatch } from "../first-batch.ts";
import { ownerOf, type Command, type CommandContext } from "../server-state.ts";

const DEFAULT_AWAIT_MS = 1000;

/** The next documents of a cursor. */
export const getMore: Command = async (context) => {
  const { command, database, server } = context;
  const namespace = `${database}.${textOf(command, "collection") ?? ""}`;
  const id = cursorIdOf(command["getMore"]);
  const cursor = server.cursors.get(id, namespace, ownerOf(context));
  const { batch, left } = await nextOf(context, cursor);
  if (left === undefined) server.cursors.close(id);
  else server.cursors.replace(left);
  return { cursor: { nextBatch: batch, id: left === undefined ? 0n : id, ns: namespace } };
};

async function nextOf(
  { command, operation }: CommandContext,
  cursor: Cursor,
): Promise<{ readonly batch: readonly BsonDocument[]; readonly left: Cursor | undefined }> {
  const { source } = cursor;
  if (source.kind === "tail") {
    const documents = await source.next(numberOf(command, "maxTimeMS") ?? DEFAULT_AWAIT_MS, operation.signal);
    return { batch: documents.map((document) => decodeExactly(document)), left: cursor };
  }
  const { batch, rest } = takeBatch(source.documents, numberOf(command, "batchSize") ?? Number.POSITIVE_INFINITY);
  return { batch, left: rest.length === 0 ? undefined : { ...cursor, source: { kind: "documents", documents: rest } } };
}

/** Closes cursors of one's own. */
export const killCursors: Command = (context) => {
  const { command, server } = context;
  const ids = Array.isArray(command["cursors"]) ? command["cursors"].map(cursorIdOf) : [];
  const killed = new Set(ids.filter((id) => server.cursors.kill(id, ownerOf(context))));
  return {
    cursorsKilled: ids.filter((id) => killed.has(id)),
    cursorsNotFound: ids.filter((id) => !killed.has(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
};

/** Drivers send it as int64, whose small values are read as numbers. */
function cursorIdOf(value: unknown): bigint {
  if (Long.isLong(value)) return value.toBigInt();
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : 0n;
}
