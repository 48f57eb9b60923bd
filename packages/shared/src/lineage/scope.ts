import type { CatalogColumn } from "../catalog/catalog.ts";
import { union, worked, type Value } from "./flow.ts";

/** A column of something in FROM. `column`: the catalog's own, whose use counts as reading it. */
export interface RangeColumn extends Value {
  readonly name: string;
  readonly column?: CatalogColumn;
}

/** Columns in order. `open`: there are others, of names and in a number that are not known, with this flow. */
export interface Columns {
  readonly listed: readonly RangeColumn[];
  readonly open: Value | undefined;
}

/** Something in FROM by the name under which its columns can be written. */
export interface RangeEntry extends Columns {
  readonly name: string | undefined;
  readonly schema: string | undefined;
}

/** What one FROM has: by name, and its columns as `*` lists them. */
export interface Ranges {
  readonly entries: readonly RangeEntry[];
  readonly visible: Columns;
}

/** A query that other queries may name. */
export type NamedQueries = ReadonlyMap<string, Columns>;

/** What the names in an expression can mean, from the nearest query outwards. */
export interface Scope {
  readonly ranges: Ranges;
  readonly named: NamedQueries;
  readonly outer: Scope | undefined;
}

export const noRanges: Ranges = { entries: [], visible: { listed: [], open: undefined } };

/** `beside` stands in the same FROM, further to the right. */
export function sideBySide(left: Ranges, beside: Ranges): Ranges {
  return {
    entries: [...left.entries, ...beside.entries],
    visible: {
      listed: [...left.visible.listed, ...beside.visible.listed],
      open: bothOpen(left.visible.open, beside.visible.open),
    },
  };
}

export function bothOpen(one: Value | undefined, other: Value | undefined): Value | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { flow: union([one.flow, other.flow]), spelled: one.spelled && other.spelled };
}

/** What a name was found to be. */
export type Found =
  | { readonly kind: "column"; readonly column: RangeColumn }
  | { readonly kind: "row"; readonly entry: RangeEntry }
  | { readonly kind: "missing"; readonly because: string };

/** Looks a name up as servers do: as a column from the nearest query outwards, then as a row. */
export function findName(path: readonly string[], scope: Scope): Found {
  const name = path.at(-1) ?? "";
  if (path.length <= 1) return findColumn(name, scope) ?? findRow(name, scope) ?? missing(path);
  const entry = findEntry(path.slice(0, -1), scope);
  if (entry === undefined) return missing(path);
  const [listed] = columnsNamed(name, entry.listed);
  if (listed !== undefined) return { kind: "column", column: listed };
  if (entry.open !== undefined) return { kind: "column", column: { name, ...entry.open } };
  return missing(path);
}

function findColumn(name: string, scope: Scope): Found | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const { listed, open } = at.ranges.visible;
    const named = columnsNamed(name, listed);
    if (named.length > 1) return { kind: "missing", because: `The column "${name}" could be one of several.` };
    const [found] = named;
    if (found !== undefined) return { kind: "column", column: found };
    if (open !== undefined) return openOrOuter(name, open, at.outer);
  }
  return undefined;
}

/** Long lists are looked through once. An index of a shorter one would cost more than it saves. */
const indexes = new WeakMap<readonly RangeColumn[], ReadonlyMap<string, readonly RangeColumn[]>>();
const SHORT = 64;

/** The columns of that name, of which a query may have several. */
export function columnsNamed(name: string, listed: readonly RangeColumn[]): readonly RangeColumn[] {
  if (listed.length <= SHORT) return listed.filter((column) => column.name === name);
  let index = indexes.get(listed);
  if (index === undefined) {
    index = Map.groupBy(listed, (column) => column.name);
    indexes.set(listed, index);
  }
  return index.get(name) ?? [];
}

/** It may be of a range whose columns nobody knows, or of a query further out. */
function openOrOuter(name: string, open: Value, outer: Scope | undefined): Found {
  const further = outer === undefined ? undefined : findColumn(name, outer);
  if (further?.kind !== "column") return { kind: "column", column: { name, ...open } };
  const flow = union([open.flow, further.column.flow]);
  return { kind: "column", column: { ...further.column, flow, spelled: open.spelled && further.column.spelled } };
}

function findRow(name: string, scope: Scope): Found | undefined {
  const entry = findEntry([name], scope);
  return entry === undefined ? undefined : { kind: "row", entry };
}

/** What `t` or `s.t` stands for; a database before that is not looked at, since there is only one. */
export function findEntry(qualifier: readonly string[], scope: Scope): RangeEntry | undefined {
  const name = qualifier.at(-1);
  const schema = qualifier.at(-2);
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.ranges.entries.find(
      (entry) => entry.name === name && (schema === undefined || entry.schema === schema),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A whole row as one value. */
export function rowOf({ listed, open }: Columns): Value {
  const flows = listed.map(({ flow }) => flow);
  return { flow: worked(union(open === undefined ? flows : [...flows, open.flow]), "carried"), spelled: false };
}

function missing(path: readonly string[]): Found {
  return { kind: "missing", because: `The gateway cannot tell what "${path.join(".")}" is.` };
}
