import { readNameParts, type NamePart } from "./name-parts.ts";
import { compilePattern } from "./pattern.ts";

/** The full name of a table or view. The database is undefined where nothing says which one a session is in. */
export interface RelationName {
  readonly database: string | undefined;
  readonly schema: string;
  readonly name: string;
}

/** A dotted pattern of a table or view, made ready. */
export interface RelationPattern {
  /** What it certainly means. What allows asks this. */
  means(relation: RelationName): boolean;
  /** What it may mean, where the database is not known. What denies and what masks ask this. */
  mayMean(relation: RelationName): boolean;
  /** Whether it names the schema without a wildcard. */
  readonly namesSchema: boolean;
}

/** Reads `schema.table` or `database.schema.table`, which a document's schema has checked. */
export function compileRelationPattern(text: string): RelationPattern {
  return compileRelationParts(readNameParts(text) ?? []);
}

/** The same of a column's pattern: its last part is the column's. */
export function compileColumnPattern(text: string): {
  readonly relation: RelationPattern;
  readonly column: (name: string) => boolean;
} {
  const parts = readNameParts(text) ?? [];
  return { relation: compileRelationParts(parts.slice(0, -1)), column: compilePart(parts.at(-1)) };
}

/** Reads `schema.function`. A wildcard in the schema does not mean the server's own functions. */
export function compileFunctionPattern(text: string): (schema: string, name: string) => boolean {
  const parts = readNameParts(text) ?? [];
  const [schemaPart, namePart] = parts;
  const [ofSchema, ofName] = [compilePart(schemaPart), compilePart(namePart)];
  const exact = schemaPart !== undefined && isExact(schemaPart);
  return (schema, name) => (exact || !isSystemSchema(schema)) && ofSchema(schema) && ofName(name);
}

/** The schemas of the server itself, which no wildcard of a rule that allows may mean. `pg_temp` is the session's own. */
export function isSystemSchema(schema: string): boolean {
  return schema === "information_schema" || (schema.startsWith("pg_") && schema !== "pg_temp");
}

function compileRelationParts(parts: readonly NamePart[]): RelationPattern {
  const [tablePart, schemaPart, databasePart] = parts.toReversed();
  const [table, schema] = [compilePart(tablePart), compilePart(schemaPart)];
  const database = databasePart === undefined || isAny(databasePart) ? undefined : compilePart(databasePart);
  const named = (relation: RelationName): boolean => schema(relation.schema) && table(relation.name);
  return {
    means: (relation) =>
      named(relation) && (database === undefined || (relation.database !== undefined && database(relation.database))),
    mayMean: (relation) =>
      named(relation) && (database === undefined || relation.database === undefined || database(relation.database)),
    namesSchema: schemaPart !== undefined && isExact(schemaPart),
  };
}

function compilePart(part: NamePart | undefined): (text: string) => boolean {
  if (part === undefined) return () => false;
  return part.quoted ? (text) => text === part.text : compilePattern(part.text);
}

function isExact({ text, quoted }: NamePart): boolean {
  return quoted || !text.includes("*");
}

function isAny({ text, quoted }: NamePart): boolean {
  return !quoted && text === "*";
}
