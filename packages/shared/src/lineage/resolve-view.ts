import type { CatalogColumn, CatalogRelation } from "../catalog/catalog.ts";
import { resolveCalls } from "./resolve-calls.ts";
import type { Context } from "./context.ts";
import type { Environment } from "./environment.ts";
import { flowOf, nothing } from "./flow.ts";
import type { Flow } from "./lineage.ts";
import type { Columns, NamedQueries } from "./scope.ts";
import { Trace, type Foundation } from "./trace.ts";

interface ResolvedView {
  readonly columns: Columns;
  readonly foundation: Foundation;
}

/** Its definition has all names in full, so what it means depends on the catalog alone. */
const resolvedViews = new WeakMap<CatalogRelation, ResolvedView>();

/** Views that are being resolved: one that comes up again within itself has no end. */
const underWay = new Set<CatalogRelation>();

const none: NamedQueries = new Map();
const noTemporary: Environment["temporary"] = new Map();

/** The columns of a view by what it is made of, which is thereby read too. */
export function columnsOfView(view: CatalogRelation, context: Context): Columns {
  const known = resolvedViews.get(view);
  const { columns, foundation } = known ?? resolveView(view, context);
  if (known === undefined) resolvedViews.set(view, { columns, foundation });
  context.trace.addFoundation(foundation);
  return columns;
}

function resolveView(view: CatalogRelation, context: Context): ResolvedView {
  const trace = new Trace();
  if (underWay.has(view)) {
    trace.unknown(`The view "${view.name}" is made of itself.`);
    return { columns: { listed: [], open: undefined }, foundation: trace };
  }
  underWay.add(view);
  try {
    const environment = { ...context.environment, temporary: noTemporary };
    const { subject, calls } = environment.readView(view);
    resolveCalls(calls, environment, trace);
    if (subject.kind !== "query") trace.unknown(`The gateway cannot read the definition of the view "${view.name}".`);
    const made =
      subject.kind === "query"
        ? context.columns(subject.query, none, undefined, { ...context, environment, trace })
        : { listed: [], open: undefined };
    if (made.open !== undefined || made.listed.length !== view.columns.length) {
      trace.unknown(`The view "${view.name}" is not what the gateway knows of it.`);
    }
    const listed = view.columns.map((column, index) => ({
      name: column.name,
      column,
      flow: seenAs(column, made.listed[index]?.flow ?? nothing),
      spelled: false,
    }));
    return { columns: { listed, open: undefined }, foundation: trace };
  } finally {
    underWay.delete(view);
  }
}

/** What comes of no column is the view's own. */
function seenAs(column: CatalogColumn, flow: Flow): Flow {
  if (flow.length === 0) return flowOf(column);
  // what the view itself spells out nobody chose who reads it
  return flow.map((source) => ({ ...source, amongChosen: undefined, seenAs: [...(source.seenAs ?? []), column] }));
}
