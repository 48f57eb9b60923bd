import type { CatalogRelation } from "../catalog/catalog.ts";
import type { Verb } from "../verb.ts";
import type { Context } from "./context.ts";
import { findRelation, inSight, TEMPORARY_SCHEMA, type Environment } from "./environment.ts";
import { flowOf } from "./flow.ts";
import type { Access, Lineage, Output } from "./lineage.ts";
import type { Lowered, Query, RelationName, Subject } from "./relational.ts";
import { madeTemporary } from "./made-temporary.ts";
import { resolveCalls } from "./resolve-calls.ts";
import { resolveCondition, resolveValue } from "./resolve-expression.ts";
import { resolveColumns } from "./resolve-query.ts";
import { placeOf, readRelation, resolveRange } from "./resolve-range.ts";
import type { Columns, NamedQueries } from "./scope.ts";
import { Trace } from "./trace.ts";
import { TooMuchWork, WorkBudget } from "./work-budget.ts";

/** Verbs whose objects the relational form always shows. */
const rowVerbs: ReadonlySet<Verb> = new Set([
  "read",
  "insert",
  "update",
  "delete",
  "merge",
  "copy-in",
  "copy-out",
  "lock",
]);

const none: NamedQueries = new Map();

/** What a statement of these verbs touches and where its results come from. */
export function resolveLineage(lowered: Lowered, verbs: readonly Verb[], environment: Environment): Lineage {
  const trace = new Trace();
  resolveCalls(lowered.calls, environment, trace);
  const columns = resolveWithin(createContext(environment, trace), lowered.subject, verbs);
  const outputs = columns === undefined ? undefined : outputsOf(columns, trace);
  const { accesses, calls, uses, stored, unknownBecause, hasMissing } = trace;
  const { facts, subject } = lowered;
  const located = verbs.filter((verb) => isLocated(verb, subject));
  const makes = madeTemporary(subject, outputs, environment);
  const shown = subject.kind === "make" ? undefined : outputs;
  return { located, accesses, calls, outputs: shown, uses, stored, facts, unknownBecause, hasMissing, makes };
}

function createContext(environment: Environment, trace: Trace): Context {
  const budget = new WorkBudget();
  return {
    environment,
    trace,
    value(expression, scope, context) {
      const value = resolveValue(expression, scope, context);
      budget.spend(1 + value.flow.length);
      return value;
    },
    condition: resolveCondition,
    columns(query, named, outer, context) {
      const columns = resolveColumns(query, named, outer, context);
      budget.spend(1 + columns.listed.length);
      return columns;
    },
    ranges(range, scope, context) {
      const ranges = resolveRange(range, scope, context);
      // what stands beside it is put together with it
      for (const { visible, entries } of [ranges, scope.ranges]) budget.spend(visible.listed.length + entries.length);
      return ranges;
    },
  };
}

function resolveWithin(context: Context, subject: Subject, verbs: readonly Verb[]): Columns | undefined {
  try {
    return resolveSubject(subject, verbs, context);
  } catch (error) {
    if (!(error instanceof TooMuchWork || error instanceof RangeError)) throw error;
    context.trace.unknown("The statement is too complex to be followed.");
    return undefined;
  }
}

function isLocated(verb: Verb, subject: Subject): boolean {
  switch (subject.kind) {
    case "unknown":
      return false;
    case "make":
      return verb === "create" || rowVerbs.has(verb);
    case "whole":
      // of what these do to a whole relation, all is about the relations that they name
      return verb !== "admin" && verb !== "call";
    case "explain":
      return isLocated(verb, subject.of);
    default:
      return rowVerbs.has(verb);
  }
}

/** The columns of the result, where it has some that come of relations. */
function resolveSubject(subject: Subject, verbs: readonly Verb[], context: Context): Columns | undefined {
  switch (subject.kind) {
    case "query":
      return context.columns(subject.query, none, undefined, context);
    case "explain":
      // the plan tells of conditions, not of rows
      resolveSubject(subject.of, verbs, context);
      if (subject.runs) traceRun(context.trace);
      return undefined;
    case "make":
      return make(subject, context);
    case "copy-out":
      return copyOut(subject, context);
    case "copy-in":
      copyIn(subject, context);
      return undefined;
    case "whole":
      for (const relation of subject.relations) {
        const place = placeOrUnknown(relation, context);
        for (const verb of verbs) context.trace.accessWhole(verb, place);
      }
      return undefined;
    case "none":
      return undefined;
    case "unknown":
      context.trace.unknown(subject.because);
      return undefined;
  }
}

/** What a run took tells how large the values are that it has read, whatever was made of them. */
function traceRun(trace: Trace): void {
  for (const { relation, columns: read } of trace.accesses) {
    const columns = relation?.columns.filter(({ name }) => read === undefined || read.includes(name)) ?? [];
    for (const column of columns) trace.use({ flow: flowOf(column), how: "size", against: [] });
  }
}

/** The columns of the query that it is made of. */
function make(subject: Extract<Subject, { kind: "make" }>, context: Context): Columns | undefined {
  const { relation, temporary, query } = subject;
  const schema = temporary ? TEMPORARY_SCHEMA : (relation.schema ?? context.environment.searchPath[0] ?? "");
  const place = { schema, name: relation.name, relation: undefined };
  context.trace.accessWhole("create", place);
  if (temporary && inSight(relation.name, context.environment) !== undefined) {
    context.trace.unknown(`A temporary "${relation.name}" would hide the one that is there; take another name.`);
  }
  if (query === undefined) return undefined;
  const columns = context.columns(query, none, undefined, context);
  const { listed, open } = columns;
  const flows = open === undefined ? listed : [...listed, { name: "*", ...open }];
  for (const { name, flow } of flows) {
    if (flow.length > 0) context.trace.stored.push({ schema, name: relation.name, column: name, flow });
  }
  return columns;
}

function copyIn({ relation, columns }: Extract<Subject, { kind: "copy-in" }>, context: Context): void {
  const place = placeOrUnknown(relation, context);
  for (const verb of ["insert", "copy-in"] as const) {
    if (columns.length === 0) context.trace.accessWhole(verb, place);
    else context.trace.accessColumns(verb, place, columns);
  }
}

function copyOut(subject: Extract<Subject, { kind: "copy-out" }>, context: Context): Columns {
  const { relation, query, columns } = subject;
  if (relation === undefined) return query === undefined ? { listed: [], open: undefined } : copyQuery(query, context);
  const place = placeOrUnknown(relation, context);
  const all = readRelation(relation, context);
  const listed =
    columns.length === 0
      ? all.listed
      : columns.map((name) => all.listed.find((column) => column.name === name) ?? { name, flow: [], spelled: false });
  for (const { column } of listed) if (column !== undefined) context.trace.readColumn(column);
  context.trace.accessColumns(
    "copy-out",
    place,
    listed.map(({ name }) => name),
  );
  return { listed, open: columns.length === 0 ? all.open : undefined };
}

/** What a query reads goes out as if it were copied table by table. */
function copyQuery(query: Query, context: Context): Columns {
  const columns = context.columns(query, none, undefined, context);
  for (const { verb, schema, name, relation, columns: read } of context.trace.accesses) {
    if (verb !== "read") continue;
    if (read === undefined) context.trace.accessWhole("copy-out", { schema, name, relation });
    else context.trace.accessColumns("copy-out", { schema, name, relation }, read);
  }
  return columns;
}

function placeOrUnknown(
  name: RelationName,
  { environment, trace }: Context,
): Pick<Access, "schema" | "name"> & { readonly relation: CatalogRelation | undefined } {
  const found = findRelation(name, environment);
  switch (found.kind) {
    case "catalog":
      return { ...placeOf(found.relation), relation: found.relation };
    case "temporary":
      return { schema: TEMPORARY_SCHEMA, name: name.name, relation: undefined };
    case "missing":
    case "unclear":
      trace.lost(found);
      return { schema: name.schema ?? "", name: name.name, relation: undefined };
  }
}

/** Columns in a number that nobody knows cannot be told apart: they matter only where nothing comes of a column. */
function outputsOf({ listed, open }: Columns, trace: Trace): readonly Output[] | undefined {
  if (open === undefined) return listed.map(({ name, flow }) => ({ name, flow }));
  if (open.flow.length > 0 || listed.some(({ flow }) => flow.length > 0)) {
    trace.unknown("The gateway cannot tell how many columns the result has; write them out instead of a star.");
  }
  return undefined;
}
