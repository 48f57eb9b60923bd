import type { Catalog, CatalogRelation, CatalogSource } from "@sallyport/shared/catalog/catalog";
import { TEMPORARY_SCHEMA, type Environment } from "@sallyport/shared/lineage/environment";
import type { Lineage, TemporaryRelation } from "@sallyport/shared/lineage/lineage";
import type { Lowered } from "@sallyport/shared/lineage/relational";
import { resolveLineage } from "@sallyport/shared/lineage/resolve-lineage";
import { Memo } from "@sallyport/shared/memo";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { knownArrays } from "../masker/wire-types.ts";
import type { MeaningSetting } from "../statements/read-text.ts";
import type { ResolvedStatement } from "./resolved-statement.ts";

/** Statements with what they touch; or a promise after which to ask again. */
export type Located =
  | { readonly kind: "located"; readonly statements: readonly ResolvedStatement[] }
  | { readonly kind: "wait"; readonly until: Promise<void> };

const nothingTemporary: Environment["temporary"] = new Map();

/** What holds in every database. int2, int4, int8 and numeric: their sums are wide enough. */
const serversOwn = {
  implicitColumns: new Set(["tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"]),
  plainLists: knownArrays,
  summable: new Set([21, 23, 20, 1700]),
} as const;

const changing: ReadonlySet<Verb> = new Set(["create", "alter", "drop", "admin"]);

/** For the same statement among the same objects the same object, so that its decision is kept. */
const remembered = new WeakMap<Environment, Memo<ResolvedStatement, ResolvedStatement>>();

/** Environments of sessions that have made nothing for themselves are shared. */
const environments = new WeakMap<Catalog, Environment>();

/**
 * What the names in one session's statements mean: the database's catalog, and what the session has made for itself. Where it looks for
 * names is where every session of the same credential does: neither a login nor a statement may change that.
 */
export class SessionObjects {
  readonly #source: CatalogSource;
  readonly #readView: (relation: CatalogRelation) => Lowered;
  #temporary = nothingTemporary;
  #environment: Environment | undefined;
  /** What is missing was looked for in a fresh catalog; the statement is not made to wait again. */
  #hasLookedAgain = false;
  /** The session has changed objects in a transaction that may not be over. */
  #hasChanged = false;

  constructor(source: CatalogSource, readView: (relation: CatalogRelation) => Lowered) {
    this.#source = source;
    this.#readView = readView;
  }

  locate(statements: readonly ResolvedStatement[]): Located {
    if (!this.#source.needed || statements.length === 0) return { kind: "located", statements };
    const catalog = this.#source.current();
    if (catalog instanceof Promise) return { kind: "wait", until: catalog.then(ignore) };
    if (catalog === undefined) return { kind: "located", statements };
    const located = locateEach(statements, this.#environmentOf(catalog));
    if (!this.#hasLookedAgain && located.some(({ lineage }) => lineage?.hasMissing === true)) {
      this.#hasLookedAgain = true;
      this.#source.outdated();
      return this.locate(statements);
    }
    this.#hasLookedAgain = false;
    return { kind: "located", statements: this.#hasChanged ? located.map(inDoubt) : located };
  }

  /** The statement was let through. */
  admitted({ lineage, verbs }: ParsedStatement): void {
    if (lineage?.makes !== undefined) this.#keep(lineage.makes);
    if (lineage !== undefined && isAboutOwn(lineage)) {
      if (verbs.includes("alter")) for (const { name } of lineage.accesses) this.#keep({ name, columns: undefined });
    } else if (verbs.some((verb) => changing.has(verb))) {
      this.#hasChanged = true;
    }
  }

  /** The server stands outside any transaction, with nothing sent to it that it has not carried out: what the session has changed is there for all to see. */
  settled(): void {
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    this.#source.outdated();
  }

  #keep(relation: TemporaryRelation): void {
    this.#temporary = withOne(this.#temporary, relation);
    this.#environment = undefined;
  }

  #environmentOf(catalog: Catalog): Environment {
    if (this.#environment?.catalog === catalog) return this.#environment;
    const { searchPath } = catalog;
    const readView = this.#readView;
    const temporary = this.#temporary;
    const environment = { catalog, searchPath, temporary, ...serversOwn, readView };
    this.#environment = this.#temporary.size > 0 ? environment : shared(environment);
    return this.#environment;
  }
}

function ignore(): void {
  // whatever came of it is asked for again
}

function shared(environment: Environment): Environment {
  const known = environments.get(environment.catalog) ?? environment;
  environments.set(environment.catalog, known);
  return known;
}

/** What one statement of a text makes for the session, those behind it may name. */
function locateEach(statements: readonly ResolvedStatement[], before: Environment): readonly ResolvedStatement[] {
  let environment = before;
  return statements.map((statement) => {
    const located = locateIn(environment, statement);
    const makes = located.lineage?.makes;
    if (makes !== undefined) environment = { ...environment, temporary: withOne(environment.temporary, makes) };
    return located;
  });
}

function withOne(temporary: Environment["temporary"], relation: TemporaryRelation): Environment["temporary"] {
  return new Map([...temporary, [relation.name, relation]]);
}

function locateIn(environment: Environment, statement: ResolvedStatement): ResolvedStatement {
  let known = remembered.get(environment);
  if (known === undefined) {
    known = new Memo();
    remembered.set(environment, known);
  }
  return known.of(statement, () => locateNow(environment, statement));
}

function locateNow(environment: Environment, statement: ResolvedStatement): ResolvedStatement {
  const { lowered, verbs } = statement;
  const obstacle = statement.meaningSettings?.map((setting) => obstacleIn(setting, environment)).find(isThere);
  if (obstacle !== undefined) return { ...statement, verbs: ["unknown"], unknownBecause: obstacle };
  return lowered === undefined ? statement : { ...statement, lineage: resolveLineage(lowered, verbs, environment) };
}

function isThere(text: string | undefined): text is string {
  return text !== undefined;
}

/** A search path that stays as it is is none. */
function obstacleIn({ name, value }: MeaningSetting, { searchPath }: Environment): string | undefined {
  if (value === null) return undefined;
  if (name === "search_path" && searchPath.length === 1 && value === searchPath[0]) return undefined;
  return `The setting ${name} stays as it was at the login while policy tells objects apart.`;
}

function isAboutOwn({ accesses, unknownBecause }: Lineage): boolean {
  return (
    unknownBecause === undefined &&
    accesses.length > 0 &&
    accesses.every(({ verb, schema }) => schema === TEMPORARY_SCHEMA || !changing.has(verb)) &&
    accesses.some(({ verb }) => changing.has(verb))
  );
}

function inDoubt(statement: ResolvedStatement): ResolvedStatement {
  const { lineage } = statement;
  if (lineage === undefined || lineage.accesses.length === 0) return statement;
  const because = "This transaction has changed objects, and the gateway sees that once it is over.";
  return { ...statement, lineage: { ...lineage, unknownBecause: because } };
}
