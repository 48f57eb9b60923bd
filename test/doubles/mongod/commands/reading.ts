import { decode, documentOf, keyOf, numberOf, textOf, valueAt } from "../bson-document.ts";
import { batchChoice, firstBatch, firstOfTail } from "../first-batch.ts";
import { sleepIn } from "../javascript.ts";
import { documentsIn, namespaceOf, runStagesIn } from "../namespace.ts";
import { busyFor } from "../operations.ts";
import { matching, projectionStages } from "../query.ts";
import type { Command, CommandContext } from "../server-state.ts";

/** Reads documents that match. With `tailable` on a capped collection it waits for more at the end. */
export const find: Command = async (context) => {
  const { command, store, database } = context;
  const namespace = namespaceOf(context);
  const found = await findIn(context);
  const options = store.get(namespace)?.options ?? {};
  if (command["tailable"] !== true || options["capped"] !== true) {
    return firstBatch(context, namespace, found, batchChoice(command));
  }
  let read = documentsIn(store, database, textOf(command, "find") ?? "").length;
  return firstOfTail(context, namespace, found, async (withinMs, signal) => {
    const fresh = (): readonly Buffer[] => (store.get(namespace)?.documents ?? []).slice(read);
    if (fresh().length === 0 && command["awaitData"] === true) {
      await context.server.data.changes.changed(withinMs, signal);
    }
    const documents = fresh();
    read += documents.length;
    return matching(documents, documentOf(command, "filter"));
  });
};

/** The documents that a find would give. */
export async function findIn(context: CommandContext): Promise<readonly Buffer[]> {
  const { command, store, database, operation } = context;
  const filter = documentOf(command, "filter");
  await busyFor(sleepIn(filter), operation);
  const matched = matching(
    documentsIn(store, database, textOf(command, "find") ?? ""),
    filter,
    documentOf(command, "let"),
  );
  const sort = documentOf(command, "sort");
  const skip = numberOf(command, "skip") ?? 0;
  // older drivers ask for one batch by a negative limit
  const limit = Math.abs(numberOf(command, "limit") ?? 0);
  return runStagesIn(context, matched, [
    ...(Object.keys(sort).length === 0 || "$natural" in sort ? [] : [{ $sort: sort }]),
    ...(skip === 0 ? [] : [{ $skip: skip }]),
    ...(limit === 0 ? [] : [{ $limit: limit }]),
    ...projectionStages(documentOf(command, "projection")),
  ]);
}

/** Counts documents that match. */
export const count: Command = async (context) => {
  const { command, store, database, operation } = context;
  const query = documentOf(command, "query");
  await busyFor(sleepIn(query), operation);
  const found = matching(documentsIn(store, database, textOf(command, "count") ?? ""), query);
  const rest = Math.max(0, found.length - (numberOf(command, "skip") ?? 0));
  const limit = Math.abs(numberOf(command, "limit") ?? 0);
  return { n: limit === 0 ? rest : Math.min(rest, limit) };
};

/** The values of a field that differ, elements of arrays each by itself. */
export const distinct: Command = ({ command, store, database }) => {
  const key = textOf(command, "key") ?? "";
  const documents = matching(
    documentsIn(store, database, textOf(command, "distinct") ?? ""),
    documentOf(command, "query"),
  );
  const values = new Map<string, unknown>();
  for (const document of documents) {
    const value = valueAt(decode(document), key);
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) values.set(keyOf(one), one);
  }
  return { values: [...values.values()] };
};

/** Says how a query would run; it quotes the query, as mongod does. */
export const explain: Command = async (context) => {
  const explained = documentOf(context.command, "explain");
  const name = Object.keys(explained)[0] ?? "";
  const collection = textOf(explained, name) ?? "";
  const filter = documentOf(explained, name === "find" ? "filter" : "query");
  const executes = context.command["verbosity"] !== "queryPlanner";
  const returned = executes && name === "find" ? await findIn({ ...context, command: explained }) : undefined;
  return {
    explainVersion: "1",
    queryPlanner: {
      namespace: `${context.database}.${collection}`,
      parsedQuery: filter,
      winningPlan: { stage: "COLLSCAN", filter, direction: "forward" },
      rejectedPlans: [],
    },
    ...(returned === undefined ? {} : { executionStats: { executionSuccess: true, nReturned: returned.length } }),
    command: { ...explained, $db: context.database },
    serverInfo: { host: "localhost", version: "7.0.0" },
  };
};
