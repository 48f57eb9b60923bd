import type { Context } from "./context.ts";
import { alternatives, amongAnything, isWhole, nothing, partOf, union, worked } from "./flow.ts";
import type { Flow, Manner, Source, Use } from "./lineage.ts";
import type { Expression } from "./relational.ts";
import { findEntry, findName, rowOf, type Columns, type RangeColumn, type Scope, type Value } from "./scope.ts";

const SPELLED: Value = { flow: nothing, spelled: true };
const NULL: Value = { ...SPELLED, says: "null" };
const NUMBER: Value = { ...SPELLED, says: "number" };
const UNKNOWN: Value = { flow: nothing, spelled: false };

type Of<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

/** What an expression may give. */
export function resolveValue(expression: Expression, scope: Scope, context: Context): Value {
  switch (expression.kind) {
    case "literal":
      return spelledValue(expression);
    case "place":
      return SPELLED;
    case "column":
      return columnValue(expression.path, scope, context);
    case "star":
      return starValue(expression.qualifier, scope, context);
    case "call":
      return callValue(expression, scope, context);
    case "part": {
      const { flow, spelled } = context.value(expression.of, scope, context);
      const found = expression.byPlace ? unlisted(flow) : askedWhereWorked(flow);
      return { flow: partOf(found, expression.steps), spelled };
    }
    case "bounded":
      return boundedValue(expression, scope, context);
    case "field":
      return fieldValue(expression, scope, context);
    case "subquery": {
      const { listed, open } = context.columns(expression.query, scope.named, scope, context);
      const flows = [...listed.map(({ flow }) => flow), ...(open === undefined ? [] : [open.flow])];
      const flow = union(flows);
      if (expression.manner === "same") return { flow, spelled: false };
      return { flow: worked(tellingWhere("listed", flow, context), expression.manner), spelled: false };
    }
    case "choice":
      return choiceValue(expression, scope, context);
    case "gathered":
      return gatheredValue(expression, scope, context);
    case "exists":
      context.columns(expression.query, scope.named, scope, context);
      return UNKNOWN;
    case "equality":
    case "membership":
    case "logic":
    case "is-null":
      return truthValue(expression, scope, context);
    case "unknown":
      context.trace.unknown(expression.because);
      return UNKNOWN;
  }
}

function spelledValue({ says }: Of<"literal">): Value {
  if (says === undefined) return SPELLED;
  return says === "null" ? NULL : NUMBER;
}

/** An expression of which only the truth counts: what it asks of columns is a use of them. */
export function resolveCondition(expression: Expression, scope: Scope, context: Context): void {
  switch (expression.kind) {
    case "logic":
      for (const part of expression.of) context.condition(part, scope, context);
      return;
    case "equality":
      compare(expression.left, expression.right, scope, context);
      return;
    case "membership":
      compareWithRows(expression, scope, context);
      return;
    case "is-null":
      context.trace.use({ flow: context.value(expression.of, scope, context).flow, how: "equality", against: [] });
      return;
    case "column":
    case "part":
    case "field":
      // a truth value that stands alone: it is compared with true
      context.trace.use({ flow: context.value(expression, scope, context).flow, how: "equality", against: [] });
      return;
    case "call": {
      const { flow } = context.value(expression, scope, context);
      // such a call is a use by itself
      if (expression.manner !== "tested") context.trace.use({ flow, how: "test", against: [] });
      return;
    }
    default:
      context.trace.use({ flow: context.value(expression, scope, context).flow, how: "test", against: [] });
  }
}

/** A truth that is handed out tells of everything that it was made of. */
function truthValue(
  expression: Of<"equality" | "membership" | "logic" | "is-null">,
  scope: Scope,
  context: Context,
): Value {
  const parts = partsOf(expression).map((part) => context.value(part, scope, context));
  const flows = parts.map(({ flow }) => flow);
  if (expression.kind === "membership") flows.push(...rowsOf(expression, scope, context).map(({ flow }) => flow));
  return { flow: worked(union(flows), "tested"), spelled: parts.every(({ spelled }) => spelled) };
}

function partsOf(expression: Of<"equality" | "membership" | "logic" | "is-null">): readonly Expression[] {
  switch (expression.kind) {
    case "equality":
      return [expression.left, ...expression.right];
    case "membership":
      return expression.left;
    case "logic":
      return expression.of;
    case "is-null":
      return [expression.of];
  }
}

function columnValue(path: readonly string[], scope: Scope, context: Context): Value {
  const found = findName(path, scope);
  switch (found.kind) {
    case "column":
      return readColumn(found.column, context);
    case "row":
      return readRow(found.entry, context);
    case "missing":
      if (!context.environment.implicitColumns.has(path.at(-1) ?? "")) context.trace.unknown(found.because);
      return UNKNOWN;
  }
}

function readColumn(column: RangeColumn, { trace }: Context): Value {
  if (column.column !== undefined) trace.readColumn(column.column);
  return column;
}

function readRow(row: Columns, context: Context): Value {
  for (const column of row.listed) readColumn(column, context);
  return rowOf(row);
}

/** A star within an expression stands for all of the columns as one value. */
function starValue(qualifier: readonly string[], scope: Scope, context: Context): Value {
  const row = qualifier.length === 0 ? scope.ranges.visible : findEntry(qualifier, scope);
  if (row !== undefined) return readRow(row, context);
  context.trace.unknown(`The gateway cannot tell what "${qualifier.join(".")}.*" is.`);
  return UNKNOWN;
}

function callValue({ manner, args, lists, needsAll }: Of<"call">, scope: Scope, context: Context): Value {
  // count(*) asks nothing of any column
  const values = args
    .filter((arg) => manner !== "counted" || arg.kind !== "star")
    .map((arg) => context.value(arg, scope, context));
  const whole = union(values.map((value) => value.flow));
  const given = needsAll === true ? tellingWhere("asked", whole, context) : whole;
  const flow = lists === "kept" ? given : lists === "taken" ? unlisted(given) : tellingWhere("listed", given, context);
  if (manner === "counted") {
    context.trace.use({ flow, how: "equality", against: [] });
    return UNKNOWN;
  }
  traceCasts(flow, context);
  if (manner === "unfolded") {
    return { flow: worked(amongAnything(tellingWhereWorked(flow, context)), "derived"), spelled: false };
  }
  if (manner === "added") return { flow: addedUp(flow, context), spelled: false };
  // that it fails, or for which rows, tells of the value wherever the result goes
  if (manner === "tested") context.trace.use({ flow, how: "test", against: [] });
  return { flow: worked(flow, manner), spelled: false };
}

/** A sum of ordinary numbers never fails. One of others does, where something was added that leaves just so much room; sums of sums grow to whatever one likes. */
function addedUp(flow: Flow, { environment, trace }: Context): Flow {
  const failing = flow.filter(
    ({ column, amongChosen }) => amongChosen === "anything" || !environment.summable.has(column.type),
  );
  trace.use({ flow: failing, how: "test", against: [] });
  return worked(flow, "derived").map((source, index) => {
    const before = flow[index];
    const manner = before !== undefined && failing.includes(before) ? "tested" : source.manner;
    return { ...source, manner, amongChosen: "anything" };
  });
}

/** What is in a value that was made of another one is chosen by whoever made it: how often something is there tells of the other. */
function tellingWhereWorked(flow: Flow, { trace }: Context): Flow {
  const telling = flow.filter((source) => !isWhole(source));
  trace.use({ flow: telling, how: "test", against: [] });
  return flow.map((source) => (isWhole(source) ? source : { ...source, manner: "tested" }));
}

/** And so does whether it is there. */
function askedWhereWorked(flow: Flow): Flow {
  return flow.flatMap((source) => (isWhole(source) ? source : worked([source], "asked")));
}

/** Lists of unlike lengths cannot be put together, nor all things with what is missing: that it fails tells how long they are, or whether they are there. */
function tellingWhere(manner: "asked" | "listed", flow: Flow, { trace }: Context): Flow {
  const telling = flow.filter((source) => source.manner === manner);
  trace.use({ flow: telling, how: "test", against: [] });
  return worked(flow, telling.length > 0 ? "tested" : "same");
}

/** A list that is in something else is no list any more. */
function unlisted(flow: Flow): Flow {
  return flow.map((source) => (source.manner === "listed" ? { ...source, manner: "asked" } : source));
}

/** Whether it is an untouched value of one of these types. */
function isOf({ manner, path, column }: Source, types: ReadonlySet<number>): boolean {
  return manner === "same" && path.length === 0 && types.has(column.type);
}

function boundedValue({ of, always, butAtEnds }: Of<"bounded">, scope: Scope, context: Context): Value {
  const { flow } = context.value(of, scope, context);
  traceCasts(flow, context);
  const made = flow.map((source): Source => {
    if (isOf(source, always)) return { ...source, manner: "derived" };
    const manner: Manner = isOf(source, butAtEnds) ? "derived" : "tested";
    context.trace.use({ flow: [source], how: manner === "tested" ? "test" : "equality", against: [] });
    return { ...source, manner };
  });
  return { flow: made, spelled: false };
}

/** On its way into a call a value may be cast by somebody's code. */
function traceCasts(flow: Flow, { environment, trace }: Context): void {
  for (const { column } of flow) {
    for (const called of environment.catalog.typeFunctions(String(column.type))) trace.call(called);
  }
}

/** `(t).a` is the column where `t` is a row that is known; otherwise a part of the value. */
function fieldValue({ of, name }: Of<"field">, scope: Scope, context: Context): Value {
  if (of.kind === "column" && name !== undefined) {
    const found = findName(of.path, scope);
    if (found.kind === "row") {
      const listed = found.entry.listed.find((column) => column.name === name);
      if (listed !== undefined) return readColumn(listed, context);
    }
  }
  if (name !== undefined) traceFunctionNotation(name, context);
  const value = context.value(of, scope, context);
  return { flow: partOf(value.flow, [name]), spelled: false };
}

/** `(x).f` may be f(x). */
function traceFunctionNotation(name: string, { environment, trace }: Context): void {
  for (const called of environment.catalog.functions(name)) if (!called.trusted) trace.call(called);
}

/**
 * Which result is taken tells of the conditions, so that what they ask about is among its sources. It tells no more than they do, and they are
 * judged by themselves.
 */
function choiceValue({ conditions, results, mayFail }: Of<"choice">, scope: Scope, context: Context): Value {
  const asked = conditions.flatMap((condition) => {
    context.condition(condition, scope, context);
    return partsWithin(condition).map((part) => context.value(part, scope, context).flow);
  });
  const values = results.map((result) => context.value(result, scope, context));
  // whether there is a value decides whether the next one is looked at
  const deciding = values.flatMap((value) => value.flow).filter(({ manner }) => mayFail && manner === "asked");
  context.trace.use({ flow: deciding, how: "test", against: [] });
  const flow = worked(union([...asked, alternatives(values)]), "carried");
  return { flow, spelled: conditions.length === 0 && values.every((value) => value.spelled) };
}

/** The values that a condition asks about, without the truths that it makes of them. */
function partsWithin(condition: Expression): readonly Expression[] {
  switch (condition.kind) {
    case "logic":
    case "equality":
    case "is-null":
      return partsOf(condition).flatMap(partsWithin);
    case "membership":
      return condition.left;
    default:
      return [condition];
  }
}

function gatheredValue(expression: Of<"gathered">, scope: Scope, context: Context): Value {
  const { trace } = context;
  const { call, distinct, filter, partition, order } = expression;
  if (filter !== undefined) context.condition(filter, scope, context);
  for (const part of partition) {
    // what is cut into parts is sorted by them
    trace.use({ flow: context.value(part, scope, context).flow, how: "order", against: [] });
  }
  for (const part of order) trace.use({ flow: context.value(part, scope, context).flow, how: "order", against: [] });
  const { flow } = context.value(call, scope, context);
  if (distinct) trace.use({ flow, how: "equality", against: [] });
  return { flow, spelled: false };
}

function compare(left: Expression, right: readonly Expression[], scope: Scope, context: Context): void {
  const one = context.value(left, scope, context);
  const others = right.map((expression) => context.value(expression, scope, context));
  traceComparison(one, others, context);
}

/** Each side is a use of its columns; what the other side is counts where the statement does not spell it out. */
export function traceComparison(one: Value, others: readonly Value[], { trace }: Context): void {
  trace.use({ flow: one.flow, how: "equality", against: unspelled(others) });
  for (const other of others) trace.use({ flow: other.flow, how: "equality", against: unspelled([one]) });
}

function unspelled(values: readonly Value[]): Use["against"] {
  return values.filter(({ spelled }) => !spelled).map(({ flow }) => ({ flow }));
}

function compareWithRows(expression: Of<"membership">, scope: Scope, context: Context): void {
  const rows = rowsOf(expression, scope, context);
  const left = expression.left.map((part) => context.value(part, scope, context));
  if (expression.equality && left.length === rows.length) {
    for (const [index, value] of left.entries()) traceComparison(value, rows.slice(index, index + 1), context);
    return;
  }
  const all: Flow = union([...left, ...rows].map(({ flow }) => flow));
  context.trace.use({ flow: all, how: "test", against: [] });
}

function rowsOf({ query }: Of<"membership">, scope: Scope, context: Context): readonly Value[] {
  const { listed, open } = context.columns(query, scope.named, scope, context);
  return open === undefined ? listed : [...listed, open];
}
