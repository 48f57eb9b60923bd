import type { StatementObject } from "@sallyport/shared/statement";
import { elementType } from "../bson/element-type.ts";
import { elementsOf, type Element } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, documentOf, stringOf, valueIn } from "../bson/read-value.ts";

/** What stages and operators can do that the command's own name does not say. */
export interface Powers {
  /** `$out`, `$merge`: a read that writes. */
  readonly writes: boolean;
  /** `$out` puts a new collection in the place of an old one. */
  readonly replaces: boolean;
  /** JavaScript on the server. */
  readonly runsCode: boolean;
  /** Shows what others do, or how the server is. */
  readonly showsServer: boolean;
  /** Collections that are named within. */
  readonly objects: readonly StatementObject[];
}

const code = new Set(["$where", "$function", "$accumulator"]);
const serverStages = new Set([
  "$currentOp",
  "$listSessions",
  "$listLocalSessions",
  "$listSampledQueries",
  "$listSearchIndexes",
  "$listCatalog",
  "$listClusterCatalog",
  "$planCacheStats",
  "$queryStats",
  "$querySettings",
  "$shardedDataDistribution",
]);

/** Where stages name other collections: in their value, or in a field of it. */
const namesIn: Readonly<Record<string, readonly string[]>> = {
  $lookup: ["from"],
  $graphLookup: ["from"],
  $unionWith: ["coll"],
  $out: ["coll"],
  $merge: ["into"],
};

/** Looks at every field at every depth. Names inside data count too: refusing one of those is better than missing a stage. */
export function findPowers(roots: readonly RawDocument[], database: string): Powers {
  const found = { writes: false, replaces: false, runsCode: false, showsServer: false };
  const objects: StatementObject[] = [];
  const open = [...roots];
  for (let document = open.pop(); document !== undefined; document = open.pop()) {
    for (const element of elementsOf(document)) {
      const { name } = element;
      if (name.startsWith("$")) {
        if (name === "$out" || name === "$merge") found.writes = true;
        if (name === "$out") found.replaces = true;
        if (code.has(name)) found.runsCode = true;
        if (serverStages.has(name)) found.showsServer = true;
        const object = objectIn(element, database);
        if (object !== undefined) objects.push(object);
      }
      if (isCode(element)) found.runsCode = true;
      const inner = documentOf(element) ?? arrayOf(element);
      if (inner !== undefined) open.push(inner);
    }
  }
  return { ...found, objects };
}

function isCode({ type }: Element): boolean {
  return type === elementType.code || type === elementType.codeWithScope;
}

function objectIn(stage: Element, database: string): StatementObject | undefined {
  const fields = namesIn[stage.name];
  if (fields === undefined) return undefined;
  const plain = stringOf(stage);
  if (plain !== undefined) return { database, name: plain };
  const details = documentOf(stage);
  if (details === undefined) return undefined;
  for (const field of fields) {
    const name = valueIn(details, field, stringOf);
    if (name !== undefined) return { database: valueIn(details, "db", stringOf) ?? database, name };
    const nested = valueIn(details, field, documentOf);
    const coll = nested === undefined ? undefined : valueIn(nested, "coll", stringOf);
    if (nested !== undefined && coll !== undefined) {
      return { database: valueIn(nested, "db", stringOf) ?? database, name: coll };
    }
  }
  return undefined;
}
