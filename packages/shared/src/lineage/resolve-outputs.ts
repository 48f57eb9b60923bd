import type { Context } from "./context.ts";
import type { Value } from "./flow.ts";
import type { Expression, OutputItem, Range } from "./relational.ts";
import {
  bothOpen,
  findEntry,
  noRanges,
  sideBySide,
  type Columns,
  type RangeColumn,
  type Ranges,
  type Scope,
} from "./scope.ts";

const MAX_OUTPUTS = 4_096;

/** All that stands in a FROM, from left to right. */
export function resolveFrom(from: readonly Range[], scope: Scope, context: Context): Ranges {
  return from.reduce<Ranges>((before, range) => {
    const beside = { ...scope, ranges: sideBySide(scope.ranges, before) };
    return sideBySide(before, context.ranges(range, beside, context));
  }, noRanges);
}

/** The columns that a list of outputs gives, stars written out. */
export function resolveOutputs(outputs: readonly OutputItem[], scope: Scope, context: Context): Columns {
  const listed: RangeColumn[] = [];
  let open: Value | undefined;
  for (const { name, expression } of outputs) {
    const columns = starOf(expression, scope, context);
    if (columns === undefined) {
      listed.push({ name, ...plain(context.value(expression, scope, context)) });
      continue;
    }
    listed.push(...columns.listed.map((column) => ({ name: column.name, ...plain(column) })));
    open = bothOpen(open, columns.open);
  }
  // as many as servers take; what names this query twice, and so on, would double without an end
  if (listed.length <= MAX_OUTPUTS) return { listed, open };
  context.trace.unknown("The statement has more columns than a result can have.");
  return { listed: listed.slice(0, MAX_OUTPUTS), open };
}

/** Without the catalog's column: that was read here, and a query around this one reads its result. */
function plain({ flow, spelled }: Value): Value {
  return { flow, spelled };
}

/** What a star among the outputs stands for; undefined for other expressions. */
function starOf(expression: Expression, scope: Scope, context: Context): Columns | undefined {
  if (expression.kind === "field" && expression.name === undefined) return fieldsOf(expression.of, scope, context);
  if (expression.kind !== "star") return undefined;
  const { qualifier } = expression;
  const columns = qualifier.length === 0 ? scope.ranges.visible : findEntry(qualifier, scope);
  if (columns === undefined) {
    context.trace.unknown(`The gateway cannot tell what "${qualifier.join(".")}.*" is.`);
    return { listed: [], open: undefined };
  }
  for (const { column } of columns.listed) if (column !== undefined) context.trace.readColumn(column);
  return columns;
}

/** `(x).*`: the columns of a row that is known, else nobody knows how many. */
function fieldsOf(of: Expression, scope: Scope, context: Context): Columns {
  if (of.kind === "column" && of.path.length === 1) {
    const columns = findEntry(of.path, scope);
    if (columns !== undefined) {
      for (const { column } of columns.listed) if (column !== undefined) context.trace.readColumn(column);
      return columns;
    }
  }
  return { listed: [], open: context.value(of, scope, context) };
}
