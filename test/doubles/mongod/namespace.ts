import { documentOf, documentsOf, textOf, type BsonDocument } from "./bson-document.ts";
import { MongodError } from "./mongod-error.ts";
import { runStages } from "./query.ts";
import type { CommandContext } from "./server-state.ts";
import type { Store } from "./store.ts";

/** The full name of the collection that a command's first field names. */
export function namespaceOf({ database, command, request }: CommandContext): string {
  const collection = command[request.name];
  if (typeof collection === "string" && collection !== "") return `${database}.${collection}`;
  throw new MongodError(73, `collection name has invalid type or is empty in ${request.name}`);
}

/** The documents of a collection, which may be a view; none where there is no collection. */
export function documentsIn(store: Store, database: string, collection: string): readonly Buffer[] {
  const found = store.get(`${database}.${collection}`);
  if (found === undefined) return [];
  const viewOn = textOf(found.options, "viewOn");
  if (viewOn === undefined) return found.documents;
  return runStages(documentsIn(store, database, viewOn), documentsOf(found.options, "pipeline"), {
    documentsOf: (name) => documentsIn(store, database, name),
  });
}

/** Runs stages on documents of this command's database. */
export function runStagesIn(
  { store, database, command }: CommandContext,
  documents: readonly Buffer[],
  stages: readonly BsonDocument[],
): readonly Buffer[] {
  return runStages(documents, stages, {
    documentsOf: (name) => documentsIn(store, database, name),
    variables: documentOf(command, "let"),
  });
}
