import type { Context } from "./context.ts";
import { alternatives, isSameFlow, nothing, union } from "./flow.ts";
import type { Flow } from "./lineage.ts";
import type { CommonTable, Expression, Query, Select, SetOperation, Values } from "./relational.ts";
import { traceComparison } from "./resolve-expression.ts";
import { renamed } from "./resolve-range.ts";
import { resolveFrom, resolveOutputs } from "./resolve-outputs.ts";
import { resolveWrite } from "./resolve-write.ts";
import {
  bothOpen,
  findName,
  noRanges,
  type Columns,
  type NamedQueries,
  type RangeColumn,
  type Scope,
} from "./scope.ts";
import { Trace } from "./trace.ts";

/** A recursive query adds sources round by round; each round adds one at least, or it is over. */
const MAX_ROUNDS = 30;

/** The columns that a query gives. */
export function resolveColumns(query: Query, named: NamedQueries, outer: Scope | undefined, context: Context): Columns {
  const inSight = query.recursive
    ? nameRecursive(query.with, named, outer, context)
    : nameEach(query.with, named, outer, context);
  const { columns, scope } = resolveBody(query, inSight, outer, context);
  traceOrder(query.order, columns, scope, context);
  for (const bound of query.bounds) {
    context.trace.use({ flow: context.value(bound, scope, context).flow, how: "test", against: [] });
  }
  return columns;
}

function resolveBody(
  { body }: Query,
  named: NamedQueries,
  outer: Scope | undefined,
  context: Context,
): { readonly columns: Columns; readonly scope: Scope } {
  const bare: Scope = { ranges: noRanges, named, outer };
  switch (body.kind) {
    case "select":
      return resolveSelect(body, bare, context);
    case "set":
      return { columns: resolveSetOperation(body, named, outer, context), scope: bare };
    case "values":
      return { columns: resolveValues(body, bare, context), scope: bare };
    case "write":
      return { columns: resolveWrite(body, bare, context), scope: bare };
  }
}

function nameEach(
  tables: readonly CommonTable[],
  named: NamedQueries,
  outer: Scope | undefined,
  context: Context,
): NamedQueries {
  const all = new Map(named);
  // each sees those before it; the map is passed as it was, since later ones must not be seen
  for (const table of tables) all.set(table.name, columnsOfTable(table, new Map(all), outer, context));
  return all;
}

/** Round by round, until no round adds a source. What the rounds before the last have traced is less than what it traces. */
function nameRecursive(
  tables: readonly CommonTable[],
  named: NamedQueries,
  outer: Scope | undefined,
  context: Context,
): NamedQueries {
  const all = new Map(named);
  for (const { name } of tables) all.set(name, { listed: [], open: { flow: nothing, spelled: false } });
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const trial = { ...context, trace: new Trace() };
    let settled = true;
    for (const table of tables) {
      const before = all.get(table.name);
      const after = columnsOfTable(table, all, outer, trial);
      settled &&= before !== undefined && isSame(before, after);
      all.set(table.name, after);
    }
    if (!settled) continue;
    for (const table of tables) columnsOfTable(table, all, outer, context);
    return all;
  }
  context.trace.unknown("The recursive query has no end that the gateway can see.");
  return all;
}

function isSame(before: Columns, after: Columns): boolean {
  if (before.listed.length !== after.listed.length || (before.open === undefined) !== (after.open === undefined)) {
    return false;
  }
  return before.listed.every(({ flow }, index) => isSameFlow(flow, after.listed[index]?.flow ?? nothing));
}

function columnsOfTable(table: CommonTable, named: NamedQueries, outer: Scope | undefined, context: Context): Columns {
  const columns = renamed(context.columns(table.query, named, outer, context), table.columns);
  if (table.added.length === 0) return columns;
  const added = table.added.map(({ name, of }) => ({
    name,
    flow: union(columns.listed.filter((column) => of.includes(column.name)).map(({ flow }) => flow)),
    spelled: false,
  }));
  return { listed: [...columns.listed, ...added], open: columns.open };
}

function resolveSelect(
  select: Select,
  bare: Scope,
  context: Context,
): { readonly columns: Columns; readonly scope: Scope } {
  const scope: Scope = { ...bare, ranges: resolveFrom(select.from, bare, context) };
  if (select.where !== undefined) context.condition(select.where, scope, context);
  const columns = resolveOutputs(select.outputs, scope, context);
  for (const expression of select.group) traceGrouping(expression, columns, scope, context, "grouping");
  // rows are sorted by these
  for (const expression of select.distinctOn) traceGrouping(expression, columns, scope, context, "order");
  for (const expression of [...select.windows.partition, ...select.windows.order]) {
    traceUse(expression, "order", scope, context);
  }
  if (select.having !== undefined) context.condition(select.having, scope, context);
  if (select.distinct) {
    for (const { flow } of columns.listed) context.trace.use({ flow, how: "grouping", against: [] });
  }
  traceLocks(select.locks, scope, context);
  return { columns, scope };
}

function resolveSetOperation(
  { all, merges, left, right }: SetOperation,
  named: NamedQueries,
  outer: Scope | undefined,
  context: Context,
): Columns {
  const one = context.columns(left, named, outer, context);
  const other = context.columns(right, named, outer, context);
  const listed = one.listed.map((column, index): RangeColumn => {
    const beside = other.listed[index] ?? { name: "", ...(other.open ?? { flow: nothing, spelled: false }) };
    // which rows are the same on both sides tells of both
    if (!all) traceComparison(column, [beside], context);
    const flow = merges ? alternatives([column, beside]) : union([column.flow, beside.flow]);
    if (!all && merges) context.trace.use({ flow, how: "grouping", against: [] });
    return {
      name: column.name,
      flow,
      spelled: column.spelled && beside.spelled,
    };
  });
  return { listed, open: bothOpen(one.open, other.open) };
}

/** Columns are called column1 and so on. */
function resolveValues({ rows }: Values, scope: Scope, context: Context): Columns {
  const values = rows.map((row) => row.map((expression) => context.value(expression, scope, context)));
  const listed = (values[0] ?? []).map((_, index): RangeColumn => {
    const column = values.map((row) => row[index] ?? { flow: nothing, spelled: false });
    return {
      name: `column${index + 1}`,
      flow: alternatives(column),
      spelled: column.every(({ spelled }) => spelled),
    };
  });
  return { listed, open: undefined };
}

/** A lone number is the place of an output; a lone name is an output's before it is a column's. */
function traceOrder(order: readonly Expression[], outputs: Columns, scope: Scope, context: Context): void {
  for (const expression of order) {
    const flow = outputFlow(expression, outputs);
    if (flow === undefined) traceUse(expression, "order", scope, context);
    else context.trace.use({ flow, how: "order", against: [] });
  }
}

function outputFlow(expression: Expression, { listed, open }: Columns): Flow | undefined {
  if (expression.kind === "place") return listed[expression.place - 1]?.flow ?? open?.flow ?? nothing;
  if (expression.kind !== "column" || expression.path.length !== 1) return undefined;
  const named = listed.filter(({ name }) => name === expression.path[0]);
  return named.length === 0 ? undefined : union(named.map(({ flow }) => flow));
}

/** A lone name may be an output's or a column's, as servers differ in that: both count. */
function traceGrouping(
  expression: Expression,
  outputs: Columns,
  scope: Scope,
  context: Context,
  how: "grouping" | "order",
): void {
  const flow = outputFlow(expression, outputs);
  if (flow === undefined) {
    traceUse(expression, how, scope, context);
    return;
  }
  context.trace.use({ flow, how, against: [] });
  if (expression.kind !== "column") return;
  const found = findName(expression.path, scope);
  if (found.kind === "column") context.trace.use({ flow: found.column.flow, how, against: [] });
}

function traceUse(expression: Expression, how: "grouping" | "order", scope: Scope, context: Context): void {
  const { flow } = context.value(expression, scope, context);
  context.trace.use({ flow, how, against: [] });
}

function traceLocks(locks: Select["locks"], scope: Scope, { trace }: Context): void {
  if (locks === undefined) return;
  for (const { column } of scope.ranges.entries.flatMap(({ listed }) => listed)) {
    if (column === undefined) continue;
    const { relation } = column;
    trace.accessWhole("lock", { schema: relation.schema, name: relation.name, relation });
  }
}
