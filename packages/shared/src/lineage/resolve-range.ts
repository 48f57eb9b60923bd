import type { CatalogRelation } from "../catalog/catalog.ts";
import type { Context } from "./context.ts";
import { findRelation, TEMPORARY_SCHEMA } from "./environment.ts";
import type { Source, TemporaryRelation } from "./lineage.ts";
import { alternatives, flowOf, nothing, union } from "./flow.ts";
import type { Expression, Range, RelationName } from "./relational.ts";
import { traceComparison } from "./resolve-expression.ts";
import { columnsOfView } from "./resolve-view.ts";
import {
  bothOpen,
  columnsNamed,
  noRanges,
  sideBySide,
  type Columns,
  type RangeColumn,
  type RangeEntry,
  type Ranges,
  type Scope,
} from "./scope.ts";

type Of<Kind extends Range["kind"]> = Extract<Range, { kind: Kind }>;

/** What something in FROM brings into sight. `scope`: what it may look at itself. */
export function resolveRange(range: Range, scope: Scope, context: Context): Ranges {
  switch (range.kind) {
    case "relation":
      return relationRanges(range, scope, context);
    case "query": {
      const outer = range.lateral ? scope : scope.outer;
      const columns = context.columns(range.query, scope.named, outer, context);
      return named(renamed(columns, range.columns), range.alias, undefined);
    }
    case "call":
      return callRanges(range, scope, context);
    case "join":
      return joinRanges(range, scope, context);
    case "unknown":
      context.trace.unknown(range.because);
      return noRanges;
  }
}

function relationRanges(range: Of<"relation">, scope: Scope, context: Context): Ranges {
  const { relation, alias, columns } = range;
  const query = relation.schema === undefined ? scope.named.get(relation.name) : undefined;
  const name = alias ?? relation.name;
  if (query !== undefined) return named(renamed(query, columns), name, undefined);
  const found = readRelation(relation, context);
  const schema = alias === undefined ? found.schema : undefined;
  return named(renamed(found, columns), name, schema);
}

/** The columns of a relation of the database, which is thereby read. */
export function readRelation(name: RelationName, context: Context): Columns & { readonly schema: string | undefined } {
  const { trace, environment } = context;
  const found = findRelation(name, environment);
  switch (found.kind) {
    case "catalog":
      trace.access("read", { ...placeOf(found.relation), relation: found.relation });
      return { ...columnsOf(found.relation, context), schema: found.relation.schema };
    case "temporary":
      trace.access("read", { schema: TEMPORARY_SCHEMA, name: found.relation.name, relation: undefined });
      return { ...columnsOfTemporary(found.relation), schema: TEMPORARY_SCHEMA };
    case "missing":
    case "unclear":
      trace.lost(found);
      return { listed: [], open: undefined, schema: undefined };
  }
}

export function placeOf({ schema, name }: CatalogRelation): { readonly schema: string; readonly name: string } {
  return { schema, name };
}

/** The same for every statement. */
const columnsOfTables = new WeakMap<CatalogRelation, Columns>();

/** Columns as a statement that names the relation sees them. */
export function columnsOf(relation: CatalogRelation, context: Context): Columns {
  if (relation.opaqueBecause !== undefined) context.trace.unknown(relation.opaqueBecause);
  if (relation.definition !== undefined) return columnsOfView(relation, context);
  const known = columnsOfTables.get(relation);
  if (known !== undefined) return known;
  const columns = columnsOfTable(relation);
  columnsOfTables.set(relation, columns);
  return columns;
}

function columnsOfTable({ columns }: CatalogRelation): Columns {
  const listed = columns.map((column) => ({ name: column.name, column, flow: flowOf(column), spelled: false }));
  return { listed, open: undefined };
}

export function columnsOfTemporary({ columns }: TemporaryRelation): Columns {
  if (columns === undefined) return { listed: [], open: { flow: nothing, spelled: false } };
  return { listed: columns.map((column) => ({ ...column, spelled: false })), open: undefined };
}

function callRanges(range: Of<"call">, scope: Scope, context: Context): Ranges {
  const values = range.calls.map((call) => context.value(call, scope, context));
  const value = {
    flow: union(values.map(({ flow }) => flow)),
    spelled: range.expands && values.every(({ spelled }) => spelled),
  };
  // how many rows there are tells of the arguments
  if (!range.expands) context.trace.use({ flow: value.flow, how: "test", against: [] });
  const listed = (range.columns ?? []).map((name) => ({ name, ...value }));
  const hasMore = range.mayHaveMore && !range.calls.every((call) => isOfPlainLists(call, scope, context));
  return named({ listed, open: range.columns === undefined || hasMore ? value : undefined }, range.alias, undefined);
}

/** Whether all that a call is given are columns whose elements are no rows. */
function isOfPlainLists(call: Expression, scope: Scope, context: Context): boolean {
  if (call.kind !== "call") return false;
  return call.args.every((arg) => {
    const { flow } = context.value(arg, scope, context);
    return flow.length > 0 && flow.every((source) => isPlainList(source, context));
  });
}

function isPlainList({ column, path, manner }: Source, { environment }: Context): boolean {
  return manner === "same" && path.length === 0 && environment.plainLists.has(column.type);
}

function joinRanges(range: Of<"join">, scope: Scope, context: Context): Ranges {
  const left = context.ranges(range.left, scope, context);
  const beside = { ...scope, ranges: sideBySide(scope.ranges, left) };
  const right = context.ranges(range.right, beside, context);
  const both = joined(range, left, right, context);
  if (range.on !== undefined) {
    // of its own FROM it sees the two sides alone
    context.condition(range.on, { ...scope, ranges: both }, context);
  }
  return range.alias === undefined ? both : named(renamed(both.visible, range.columns), range.alias, undefined);
}

/** The columns that both sides are joined by come first and once. */
function joined({ using, on }: Of<"join">, left: Ranges, right: Ranges, context: Context): Ranges {
  const both = sideBySide(left, right);
  if (on !== undefined) return both;
  const shared = using ?? sharedNames(left.visible, right.visible, context);
  if (shared.length === 0) return both;
  const merged = shared.map((name) => mergedColumn(name, left.visible, right.visible, context));
  const names = new Set(shared);
  const rest = both.visible.listed.filter(({ name }) => !names.has(name));
  return {
    entries: both.entries,
    visible: { listed: [...merged, ...rest], open: bothOpen(left.visible.open, right.visible.open) },
  };
}

function sharedNames(left: Columns, right: Columns, { trace }: Context): readonly string[] {
  if (left.open !== undefined || right.open !== undefined) {
    trace.unknown("A natural join with something whose columns are not known.");
  }
  const names = new Set(right.listed.map(({ name }) => name));
  return left.listed.map(({ name }) => name).filter((name) => names.has(name));
}

function mergedColumn(name: string, left: Columns, right: Columns, context: Context): RangeColumn {
  const one = columnNamed(name, left, context);
  const other = columnNamed(name, right, context);
  traceComparison(one, [other], context);
  return { name, flow: alternatives([one, other]), spelled: one.spelled && other.spelled };
}

function columnNamed(name: string, { listed, open }: Columns, { trace }: Context): RangeColumn {
  const [found] = columnsNamed(name, listed);
  if (found?.column !== undefined) trace.readColumn(found.column);
  if (found !== undefined) return found;
  if (open !== undefined) return { name, ...open };
  trace.unknown(`The gateway cannot tell which column "${name}" joins by.`);
  return { name, flow: nothing, spelled: false };
}

/** Gives the first columns other names. */
export function renamed({ listed, open }: Columns, names: readonly string[]): Columns {
  if (names.length === 0) return { listed, open };
  const columns = listed.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
  const more = open === undefined ? [] : names.slice(listed.length).map((name) => ({ name, ...open }));
  return { listed: [...columns, ...more], open };
}

function named(columns: Columns, name: string | undefined, schema: string | undefined): Ranges {
  const entry: RangeEntry = { ...columns, name, schema };
  return { entries: [entry], visible: columns };
}
