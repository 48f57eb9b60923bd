import { updateOne } from "mingo";
import { ObjectId } from "bson";
import {
  decode,
  documentOf,
  documentsOf,
  encode,
  isDocument,
  numberOf,
  textOf,
  type BsonDocument,
} from "../bson-document.ts";
import { CollectionWriter } from "../collection-writer.ts";
import { sleepIn } from "../javascript.ts";
import { asMongodError, type MongodError } from "../mongod-error.ts";
import { namespaceOf, runStagesIn } from "../namespace.ts";
import { busyFor } from "../operations.ts";
import { encodeChanged, matching, projectionStages } from "../query.ts";
import type { Command, CommandContext } from "../server-state.ts";

/** What one entry of a write command did. */
interface Written {
  readonly matched: number;
  readonly modified: number;
  readonly upserted?: unknown;
}

export const insert: Command = (context) => {
  const writer = new CollectionWriter(context.store, namespaceOf(context));
  const documents = context.request.rawDocuments("documents");
  const { done, writeErrors } = each(context, documents, (document) => {
    writer.insert(document);
    return { matched: 1, modified: 1 };
  });
  writer.finish();
  return { n: done.length, ...writeErrors };
};

export const update: Command = async (context) => {
  const updates = documentsOf(context.command, "updates");
  for (const entry of updates) await busyFor(sleepIn(documentOf(entry, "q")), context.operation);
  const writer = new CollectionWriter(context.store, namespaceOf(context));
  const { done, writeErrors } = each(context, updates, (entry) => updateEntry(writer, entry));
  writer.finish();
  const upserted = done.flatMap(({ index, result }) =>
    result.upserted === undefined ? [] : [{ index, _id: result.upserted }],
  );
  return {
    n: done.reduce((sum, { result }) => sum + result.matched, upserted.length),
    nModified: done.reduce((sum, { result }) => sum + result.modified, 0),
    ...(upserted.length === 0 ? {} : { upserted }),
    ...writeErrors,
  };
};

/** `delete` is a word of the language. */
export const remove: Command = async (context) => {
  const deletes = documentsOf(context.command, "deletes");
  for (const entry of deletes) await busyFor(sleepIn(documentOf(entry, "q")), context.operation);
  const writer = new CollectionWriter(context.store, namespaceOf(context));
  const { done, writeErrors } = each(context, deletes, (entry) => deleteEntry(writer, entry));
  writer.finish();
  return { n: done.reduce((sum, { result }) => sum + result.matched, 0), ...writeErrors };
};

export const findAndModify: Command = async (context) => {
  const { command } = context;
  const query = documentOf(command, "query");
  await busyFor(sleepIn(query), context.operation);
  const writer = new CollectionWriter(context.store, namespaceOf(context));
  const sort = documentOf(command, "sort");
  const matched = matching(writer.documents, query, documentOf(command, "let"));
  const [found] = Object.keys(sort).length === 0 ? matched : runStagesIn(context, matched, [{ $sort: sort }]);
  const shown = (document: Buffer | undefined): unknown => {
    const [one] =
      document === undefined ? [] : runStagesIn(context, [document], projectionStages(documentOf(command, "fields")));
    return one === undefined ? null : decode(one);
  };
  if (command["remove"] === true) {
    if (found !== undefined) writer.remove(found);
    writer.finish();
    return { lastErrorObject: { n: found === undefined ? 0 : 1 }, value: shown(found) };
  }
  const entry = { q: query, u: command["update"], arrayFilters: command["arrayFilters"] };
  if (found === undefined && command["upsert"] !== true) {
    return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
  }
  const changed = found === undefined ? upsertedDocument(entry) : changedDocument(found, entry);
  const upserted = found === undefined ? { upserted: writer.insert(changed) } : {};
  if (found !== undefined) writer.replace(found, changed);
  writer.finish();
  return {
    lastErrorObject: { n: 1, updatedExisting: found !== undefined, ...upserted },
    value: shown(command["new"] === true ? changed : found),
  };
};

/** Many writes to many collections in one command. */
export const bulkWrite: Command = (context) => {
  const { command } = context;
  const namespaces = documentsOf(command, "nsInfo").map((info) => textOf(info, "ns") ?? "");
  const operations = documentsOf(command, "ops");
  const counts = { nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
  const { done, errors } = attempt(context, operations, (operation) => {
    const kind = Object.keys(operation)[0] ?? "";
    const writer = new CollectionWriter(context.store, namespaces[numberOf(operation, kind) ?? -1] ?? "");
    const entry = {
      q: operation["filter"],
      u: operation["updateMods"],
      limit: operation["multi"] === true ? 0 : 1,
      ...operation,
    };
    const written =
      kind === "insert"
        ? insertEntry(writer, operation)
        : kind === "delete"
          ? deleteEntry(writer, entry)
          : updateEntry(writer, entry);
    writer.finish();
    if (kind === "insert") counts.nInserted++;
    else if (kind === "delete") counts.nDeleted += written.matched;
    else {
      counts.nMatched += written.matched;
      counts.nModified += written.modified;
      if (written.upserted !== undefined) counts.nUpserted++;
    }
    return written;
  });
  const failures = errors.map(({ index, error }) => ({ ...error.reply, idx: index, n: 0 }));
  const results = [
    ...done.map(({ index, result: { matched, modified, upserted } }) => ({
      ok: 1,
      idx: index,
      n: upserted === undefined ? matched : 1,
      ...("update" in (operations[index] ?? {}) ? { nModified: modified } : {}),
      ...(upserted === undefined ? {} : { upserted: { _id: upserted } }),
    })),
    ...failures,
  ];
  return {
    cursor: {
      id: 0n,
      firstBatch: command["errorsOnly"] === true ? failures : results,
      ns: "admin.$cmd.bulkWrite",
    },
    nErrors: errors.length,
    ...counts,
  };
};

function insertEntry(writer: CollectionWriter, operation: BsonDocument): Written {
  writer.insert(encode(documentOf(operation, "document")));
  return { matched: 1, modified: 0 };
}

function updateEntry(writer: CollectionWriter, entry: BsonDocument): Written {
  const matched = matching(writer.documents, documentOf(entry, "q"), documentOf(entry, "c"));
  const chosen = entry["multi"] === true ? matched : matched.slice(0, 1);
  if (chosen.length === 0 && entry["upsert"] === true) {
    return { matched: 0, modified: 0, upserted: writer.insert(upsertedDocument(entry)) };
  }
  const changed = chosen
    .map((former) => ({ former, document: changedDocument(former, entry) }))
    .filter(({ former, document }) => !former.equals(document));
  for (const { former, document } of changed) writer.replace(former, document);
  return { matched: chosen.length, modified: changed.length };
}

function deleteEntry(writer: CollectionWriter, entry: BsonDocument): Written {
  const matched = matching(writer.documents, documentOf(entry, "q"));
  const chosen = numberOf(entry, "limit") === 1 ? matched.slice(0, 1) : matched;
  for (const document of chosen) writer.remove(document);
  return { matched: chosen.length, modified: 0 };
}

/** A document as an update leaves it. An update without operators takes its place, but for the `_id`. */
function changedDocument(former: Buffer, entry: BsonDocument): Buffer {
  const { u: change } = entry;
  const content = decode(former);
  if (isReplacement(change)) return encode({ _id: content["_id"], ...change });
  const documents = [content];
  const filters = documentsOf(entry, "arrayFilters").map((filter) => ({ ...filter }));
  // upserts alone use it, and `mingo` does not know it
  const { $setOnInsert: _, ...modifier } = isDocument(change) ? change : {};
  const modification = Array.isArray(change) ? stagesOf(change) : modifier;
  if (Object.keys(modification).length === 0) return former;
  updateOne(
    documents,
    { ...documentOf(entry, "q") },
    modification,
    filters.length === 0 ? {} : { arrayFilters: filters },
  );
  return encodeChanged(documents[0] ?? content, former);
}

function stagesOf(change: readonly unknown[]): { $set: Record<string, unknown> }[] {
  // any stage that may stand in an update has this shape but for its name
  return change.flatMap((stage) => (isDocument(stage) ? [{ ...stage, $set: { ...documentOf(stage, "$set") } }] : []));
}

/** What is inserted where an upsert finds nothing: what the query demands to be equal, then the changes. */
function upsertedDocument(entry: BsonDocument): Buffer {
  const query = documentOf(entry, "q");
  const equal = Object.entries(query).filter(([name, value]) => !name.startsWith("$") && !isOperators(value));
  const { u: change } = entry;
  const start = { _id: new ObjectId(), ...Object.fromEntries(equal) };
  if (isReplacement(change)) return encode({ _id: start._id, ...change });
  const fresh = isDocument(change) ? documentOf(change, "$setOnInsert") : {};
  return changedDocument(encode({ ...start, ...fresh }), { ...entry, q: {} });
}

function isReplacement(change: unknown): change is BsonDocument {
  return isDocument(change) && !isOperators(change);
}

function isOperators(value: unknown): boolean {
  return isDocument(value) && Object.keys(value).some((name) => name.startsWith("$"));
}

interface Attempts {
  readonly done: readonly { readonly index: number; readonly result: Written }[];
  readonly errors: readonly { readonly index: number; readonly error: MongodError }[];
}

/** Carries out entries in order; an ordered command stops at the first that fails. */
function attempt<T>({ command }: CommandContext, entries: readonly T[], carryOut: (entry: T) => Written): Attempts {
  const done: { index: number; result: Written }[] = [];
  const errors: { index: number; error: MongodError }[] = [];
  for (const [index, entry] of entries.entries()) {
    try {
      done.push({ index, result: carryOut(entry) });
    } catch (reason) {
      errors.push({ index, error: asMongodError(reason) });
      if (command["ordered"] !== false) break;
    }
  }
  return { done, errors };
}

function each<T>(
  context: CommandContext,
  entries: readonly T[],
  carryOut: (entry: T) => Written,
): Pick<Attempts, "done"> & { readonly writeErrors: BsonDocument } {
  const { done, errors } = attempt(context, entries, carryOut);
  // a transaction fails with the first of its writes that does
  const [first] = errors;
  if (first !== undefined && context.command["autocommit"] === false) throw first.error;
  const listed = errors.map(({ index, error: { code, message, extra } }) => ({
    index,
    code,
    errmsg: message,
    ...extra,
  }));
  return { done, writeErrors: listed.length === 0 ? {} : { writeErrors: listed } };
}
