import type { CatalogColumn } from "../catalog/catalog.ts";
import type { Flow, Manner, Source } from "./lineage.ts";
import type { Value } from "./scope.ts";

export const nothing: Flow = [];

const strength: Readonly<Record<Manner, number>> = { same: 0, carried: 1, derived: 2, asked: 3, listed: 4, tested: 5 };

/** The untouched value of a column; a generated one comes of those that it is made of too. */
export function flowOf(column: CatalogColumn): Flow {
  const own = { column, path: [], manner: "same" } as const;
  return [own, ...column.madeOf.map((source) => ({ column: source, path: [], manner: "derived" }) as const)];
}

/** What comes out where several values may: each column once, as what was done to it most. */
export function union(flows: readonly Flow[]): Flow {
  const filled = flows.filter((flow) => flow.length > 0);
  if (filled.length <= 1) return filled[0] ?? nothing;
  const byColumn = new Map<CatalogColumn, Source>();
  for (const flow of filled) {
    for (const source of flow) {
      const known = byColumn.get(source.column);
      byColumn.set(source.column, known === undefined ? source : merge(known, source));
    }
  }
  return [...byColumn.values()];
}

/** What comes out where one of several values is taken, not the same one in every row. NULL tells of nothing. */
export function alternatives(values: readonly Value[]): Flow {
  const said = values.filter(({ says }) => says !== "null");
  if (said.length <= 1) return union(values.map(({ flow }) => flow));
  return union(
    said.map((value) =>
      beside(
        value.flow,
        said.filter((other) => other !== value),
      ),
    ),
  );
}

/** A flow whose values may have these in their place. */
function beside(flow: Flow, others: readonly Value[]): Flow {
  if (flow.length === 0) return flow;
  const chosen = others.filter((other) => !isOfColumns(other));
  const amongOthers = others.some(({ flow: other }) => !hasSameColumns(flow, other));
  const amongChosen = chosen.every(({ says }) => says === "number") ? "numbers" : "anything";
  return flow.map((source) => ({
    ...source,
    amongOthers: amongOthers ? true : source.amongOthers,
    amongChosen: chosen.length === 0 ? source.amongChosen : moreChosen(source.amongChosen, amongChosen),
  }));
}

/** What was made of a column may be anything that one likes. */
function isOfColumns({ flow }: Value): boolean {
  return flow.length > 0 && flow.every(({ manner }) => strength[manner] <= strength.carried);
}

function hasSameColumns(one: Flow, other: Flow): boolean {
  return one.length === other.length && one.every(({ column }) => other.some((source) => source.column === column));
}

function moreChosen(one: Source["amongChosen"], other: Source["amongChosen"]): Source["amongChosen"] {
  return one === "anything" ? one : (other ?? one);
}

/** Values that were put together with others and are taken apart again. */
export function amongAnything(flow: Flow): Flow {
  return flow.map((source) => (source.manner === "same" ? source : { ...source, amongChosen: "anything" }));
}

function merge(one: Source, other: Source): Source {
  const stronger = withChoices(strength[one.manner] >= strength[other.manner] ? one : other, one, other);
  let shared = 0;
  while (shared < one.path.length && one.path[shared] === other.path[shared]) shared++;
  if (shared === one.path.length && shared === other.path.length) return stronger;
  // parts of different places: none of them is the value that the shared path leads to
  const manner = strength[stronger.manner] >= strength.derived ? stronger.manner : "derived";
  return { ...stronger, manner, path: stronger.path.slice(0, shared) };
}

/** The first, with what may stand in the place of either of the others. */
function withChoices(source: Source, one: Source, other: Source): Source {
  const amongOthers = one.amongOthers ?? other.amongOthers;
  const amongChosen = moreChosen(one.amongChosen, other.amongChosen);
  if (amongOthers === source.amongOthers && amongChosen === source.amongChosen) return source;
  return { ...source, amongOthers, amongChosen };
}

/** The same sources, worked into something at least in this manner. */
export function worked(flow: Flow, manner: Manner): Flow {
  if (manner === "same" || flow.every((source) => strength[source.manner] >= strength[manner])) return flow;
  return flow.map((source) => (strength[source.manner] >= strength[manner] ? source : { ...source, manner }));
}

/** A part of the value: where that is known of an untouched one, only of that part. */
export function partOf(flow: Flow, steps: readonly (string | undefined)[]): Flow {
  return flow.map((source) => {
    if (source.manner !== "same") return source;
    const unknown = steps.indexOf(undefined);
    const known = (unknown === -1 ? steps : steps.slice(0, unknown)).filter((step) => step !== undefined);
    return { ...source, path: [...source.path, ...known], manner: unknown === -1 ? "same" : "derived" };
  });
}

/** Whether it is still the column's value, or has it in it as a whole. */
export function isWhole({ manner }: Source): boolean {
  return strength[manner] <= strength.carried;
}

/** Whether two flows are of the same columns in the same manner, so that going on would add nothing. */
export function isSameFlow(one: Flow, other: Flow): boolean {
  if (one.length !== other.length) return false;
  const known = new Map(one.map((source) => [source.column, source]));
  return other.every((source) => {
    const before = known.get(source.column);
    return (
      before?.manner === source.manner &&
      before.path.length === source.path.length &&
      before.amongOthers === source.amongOthers &&
      before.amongChosen === source.amongChosen
    );
  });
}
