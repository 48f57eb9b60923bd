import type { Verb } from "../verb.ts";
import type { Context } from "./context.ts";
import { findRelation, TEMPORARY_SCHEMA } from "./environment.ts";
import { nothing, union } from "./flow.ts";
import type { Access, Flow } from "./lineage.ts";
import type { RelationName, Write, WriteAction } from "./relational.ts";
import { resolveFrom, resolveOutputs } from "./resolve-outputs.ts";
import { columnsOf, columnsOfTemporary, placeOf } from "./resolve-range.ts";
import { sideBySide, type Columns, type RangeEntry, type Ranges, type Scope } from "./scope.ts";
import { Trace } from "./trace.ts";

/** What is written to. */
interface Target {
  readonly place: Pick<Access, "schema" | "name" | "relation">;
  readonly columns: Columns;
  /** What a view is made of, which a write through it reaches. */
  readonly beneath: readonly Access[];
}

/** The flows that a statement puts into columns. */
type Assigned = Map<string, Flow>;

/** What an INSERT, UPDATE, DELETE or MERGE gives back. What it stores where is traced. */
export function resolveWrite(write: Write, bare: Scope, context: Context): Columns {
  const target = findTarget(write.target, context);
  if (target === undefined) return { listed: [], open: undefined };
  const assigned: Assigned = new Map();
  if (write.verb === "insert") insert(write, target, assigned, bare, context);
  // an UPDATE is about the columns that it sets
  else if (write.verb !== "update") access(write.verb, target, context);
  const own = entryOf(write.alias ?? write.target.name, target.columns);
  const from = resolveFrom(write.from, { ...bare, ranges: own }, context);
  const scope: Scope = { ...bare, ranges: sideBySide(own, from) };
  if (write.where !== undefined) context.condition(write.where, scope, context);
  // the row that could not be put in
  const excluded = entryOf("excluded", withAssigned(target.columns, assigned, "alone"));
  const beside: Scope = write.verb === "insert" ? { ...scope, ranges: besideHidden(scope.ranges, excluded) } : scope;
  for (const action of write.actions) act(action, target, assigned, beside, context);
  store(target, assigned, context);
  return resolveOutputs(write.returning, returningScope(write, target, assigned, scope, from), context);
}

function findTarget(name: RelationName, context: Context): Target | undefined {
  const found = findRelation(name, context.environment);
  switch (found.kind) {
    case "catalog": {
      const { relation } = found;
      const beneath = new Trace();
      const columns = columnsOf(relation, { ...context, trace: beneath });
      if (beneath.unknownBecause !== undefined) context.trace.unknown(beneath.unknownBecause);
      for (const called of beneath.calls) context.trace.call(called);
      return { place: { ...placeOf(relation), relation }, columns, beneath: beneath.accesses };
    }
    case "temporary": {
      const place = { schema: TEMPORARY_SCHEMA, name: found.relation.name, relation: undefined };
      return { place, columns: columnsOfTemporary(found.relation), beneath: [] };
    }
    case "missing":
    case "unclear":
      context.trace.lost(found);
      return undefined;
  }
}

function insert(write: Write, target: Target, assigned: Assigned, bare: Scope, context: Context): void {
  const names = write.columns ?? target.columns.listed.map(({ name }) => name);
  const source =
    write.source === undefined ? undefined : context.columns(write.source, bare.named, bare.outer, context);
  if (source?.open !== undefined && source.open.flow.length > 0) {
    context.trace.unknown("The gateway cannot tell which columns are put in.");
  }
  for (const [index, { flow }] of (source?.listed ?? []).entries()) assign(assigned, names[index] ?? "", flow);
  const written = write.columns ?? names.slice(0, source?.listed.length);
  access("insert", target, context, written);
}

function act(action: WriteAction, target: Target, assigned: Assigned, scope: Scope, context: Context): void {
  if (action.condition !== undefined) context.condition(action.condition, scope, context);
  const columns = action.sets.flatMap((set) => set.columns);
  access(action.verb, target, context, action.verb === "delete" ? undefined : columns);
  for (const set of action.sets) {
    const { flow } = context.value(set.value, scope, context);
    for (const column of set.columns) assign(assigned, column, flow);
  }
}

/** Without columns it is about whole rows. */
function access(verb: Verb, target: Target, { trace }: Context, columns?: readonly string[]): void {
  if (columns === undefined) trace.accessWhole(verb, target.place);
  else trace.accessColumns(verb, target.place, columns);
  for (const { schema, name, relation } of target.beneath) trace.accessWhole(verb, { schema, name, relation });
}

function assign(assigned: Assigned, column: string, flow: Flow): void {
  assigned.set(column, union([assigned.get(column) ?? nothing, flow]));
}

function store({ place: { schema, name } }: Target, assigned: Assigned, { trace }: Context): void {
  for (const [column, flow] of assigned) if (flow.length > 0) trace.stored.push({ schema, name, column, flow });
}

function withAssigned({ listed, open }: Columns, assigned: Assigned, how: "alone" | "besides"): Columns {
  return {
    listed: listed.map((column) => {
      const given = assigned.get(column.name) ?? nothing;
      return how === "alone"
        ? { name: column.name, flow: given, spelled: false }
        : { ...column, flow: union([column.flow, given]) };
    }),
    open,
  };
}

/** RETURNING sees the target as it was and as it is. */
function returningScope(
  { alias, target: { name }, rowNames }: Write,
  target: Target,
  assigned: Assigned,
  scope: Scope,
  from: Ranges,
): Scope {
  const columns = withAssigned(target.columns, assigned, "besides");
  const row = sideBySide(entryOf(alias ?? name, columns), from);
  const entries = rowNames.map((rowName): RangeEntry => ({ ...columns, name: rowName, schema: undefined }));
  return { ...scope, ranges: { ...row, entries: [...row.entries, ...entries] } };
}

function entryOf(name: string, columns: Columns): Ranges {
  return { entries: [{ ...columns, name, schema: undefined }], visible: columns };
}

/** In sight by its name alone. */
function besideHidden(ranges: Ranges, hidden: Ranges): Ranges {
  return { entries: [...ranges.entries, ...hidden.entries], visible: ranges.visible };
}
