import type { CatalogColumn, CatalogFunction, CatalogRelation } from "../catalog/catalog.ts";
import type { Verb } from "../verb.ts";
import type { Access, Stored, Use } from "./lineage.ts";

/** What a view adds to every statement that reads it. */
export type Foundation = Pick<Trace, "accesses" | "calls" | "unknownBecause">;

interface GatheredAccess {
  readonly verb: Verb;
  readonly schema: string;
  readonly name: string;
  readonly relation: CatalogRelation | undefined;
  readonly columns: Set<string>;
  whole: boolean;
}

/** What is gathered about one statement while it is resolved. */
export class Trace {
  readonly #accesses = new Map<string, GatheredAccess>();
  /** Those of reading, by what is read: most of a statement's names are columns. */
  readonly #reads = new Map<CatalogRelation, GatheredAccess>();
  readonly #calls = new Set<CatalogFunction>();
  readonly uses: Use[] = [];
  readonly stored: Stored[] = [];
  #unknownBecause: string | undefined;
  #hasMissing = false;

  /** The relation is touched, whatever of it. */
  access(verb: Verb, place: Pick<Access, "schema" | "name" | "relation">): void {
    this.#at(verb, place);
  }

  accessColumns(verb: Verb, place: Pick<Access, "schema" | "name" | "relation">, columns: Iterable<string>): void {
    const access = this.#at(verb, place);
    for (const column of columns) access.columns.add(column);
  }

  accessWhole(verb: Verb, place: Pick<Access, "schema" | "name" | "relation">): void {
    this.#at(verb, place).whole = true;
  }

  readColumn({ relation, name }: CatalogColumn): void {
    let access = this.#reads.get(relation);
    if (access === undefined) {
      access = this.#at("read", { schema: relation.schema, name: relation.name, relation });
      this.#reads.set(relation, access);
    }
    access.columns.add(name);
  }

  call(called: CatalogFunction): void {
    this.#calls.add(called);
  }

  use(use: Use): void {
    if (use.flow.length > 0) this.uses.push(use);
  }

  /** The first reason is the one that is told. */
  unknown(because: string): void {
    this.#unknownBecause ??= because;
  }

  /** A name that stands for nothing that is known. */
  lost({ kind, because }: { readonly kind: "missing" | "unclear"; readonly because: string }): void {
    if (kind === "missing") this.#hasMissing = true;
    this.unknown(because);
  }

  /** Takes over what a view is made of. What its own conditions ask was decided by whoever made it. */
  addFoundation(foundation: Foundation): void {
    for (const { verb, columns, ...place } of foundation.accesses) {
      if (columns === undefined) this.accessWhole(verb, place);
      else this.accessColumns(verb, place, columns);
    }
    for (const called of foundation.calls) this.call(called);
    if (foundation.unknownBecause !== undefined) this.unknown(foundation.unknownBecause);
  }

  get accesses(): readonly Access[] {
    return [...this.#accesses.values()].map(({ columns, whole, ...place }) => ({
      ...place,
      columns: whole ? undefined : [...columns],
    }));
  }

  get calls(): readonly CatalogFunction[] {
    return [...this.#calls];
  }

  get hasMissing(): boolean {
    return this.#hasMissing;
  }

  get unknownBecause(): string | undefined {
    return this.#unknownBecause;
  }

  #at(verb: Verb, { schema, name, relation }: Pick<Access, "schema" | "name" | "relation">): GatheredAccess {
    const key = `${verb} ${schema}\0${name}`;
    const known = this.#accesses.get(key);
    if (known !== undefined) return known;
    const access = { verb, schema, name, relation, columns: new Set<string>(), whole: false };
    this.#accesses.set(key, access);
    return access;
  }
}
