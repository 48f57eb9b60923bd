import type { Access, StatementFact } from "@sallyport/shared/lineage/lineage";
import { isOfCatalog } from "./catalog-tables.ts";
import type { CompiledAllow, CompiledDeny } from "./compile-rule.ts";
import type { RelationName } from "./name-pattern.ts";

/** Whether a rule that allows means the table that a statement touches, whatever the columns. */
export function coversRelation(rule: CompiledAllow, access: Access, database: string | undefined): boolean {
  const own = { database, schema: access.schema, name: access.name };
  const { on, except } = rule;
  if (except.some((pattern) => namesOf(access, database).some((name) => pattern.mayMean(name)))) return false;
  if (!isOfCatalog(access)) return on === undefined || on.some((pattern) => pattern.means(own));
  // a rule of verbs alone means everything; all others mean the server's own tables only where they name their schema
  if (on === undefined) return except.length === 0 && rule.columns === undefined;
  return on.some((pattern) => pattern.namesSchema && pattern.means(own));
}

/** The columns that a statement touches and a rule that allows does not mean; undefined: all of a table whose columns are not known. */
export function columnsBeyond(rule: CompiledAllow, access: Access): readonly string[] | undefined {
  const { columns } = rule;
  if (columns === undefined) return [];
  return columnsOf(access)?.filter((name) => !columns(name));
}

/** Whether a rule that denies means what a statement touches. */
export function deniesAccess(rule: CompiledDeny, access: Access, database: string | undefined): boolean {
  const { on, columns } = rule;
  const names = namesOf(access, database);
  if (on !== undefined && !on.some((pattern) => names.some((name) => pattern.mayMean(name)))) return false;
  return columns === undefined || (columnsOf(access)?.some(columns) ?? true);
}

/** Whether one of a rule's facts holds; where facts are not known, they may. */
export function factsHold(rule: CompiledDeny, facts: readonly StatementFact[] | undefined): boolean {
  return rule.facts === undefined || facts === undefined || rule.facts.some((fact) => facts.includes(fact));
}

/** What is about a whole table is about each of its columns. */
function columnsOf({ columns, relation }: Access): readonly string[] | undefined {
  return columns ?? relation?.columns.map(({ name }) => name);
}

/** By its own name, and by those of what shares rows with it: a partition is not read through its parent, nor the other way round. */
function namesOf({ schema, name, relation }: Access, database: string | undefined): readonly RelationName[] {
  const kin = relation === undefined ? [] : [...relation.ancestors, ...relation.descendants];
  return [{ schema, name }, ...kin].map((one) => ({ database, schema: one.schema, name: one.name }));
}
