import type { PolicyDocument } from "../../store/documents/policy.ts";
import {
  compileColumnPattern,
  compileFunctionPattern,
  compileRelationPattern,
  isSystemSchema,
} from "../name-pattern.ts";
import { readNameParts } from "../name-parts.ts";
import type { CatalogOutline } from "./catalog-outline.ts";
import type { Finding } from "./finding.ts";

/** Finds names in a policy that mean nothing in a database. */
export function lintNames(document: PolicyDocument, catalog: CatalogOutline): readonly Finding[] {
  const { policy, rules, masks = [] } = document;
  const findings: Finding[] = [];
  const check = (path: string, patterns: readonly string[] = [], means: (pattern: string) => boolean, what: string) => {
    patterns.forEach((pattern, at) => {
      if (!means(pattern))
        findings.push({ policy, path: `${path}[${at}]`, sentence: `means no ${what} of ${catalog.database}.` });
    });
  };
  const tables = (pattern: string): boolean => meansTable(pattern, catalog);
  rules.forEach((rule, index) => {
    const path = `rules[${index}]`;
    check(`${path}.on`, rule.on, tables, "table");
    if ("deny" in rule) return;
    check(`${path}.except`, rule.except, tables, "table");
    check(`${path}.functions`, rule.functions, (pattern) => meansFunction(pattern, catalog), "function");
  });
  masks.forEach((entry, index) => {
    if (!("columns" in entry)) return;
    check(`masks[${index}].columns`, entry.columns, (pattern) => meansColumn(pattern, catalog), "column");
  });
  return findings;
}

/** The server's own schemas and the session's are not in an outline, and so never amiss. */
function meansTable(pattern: string, { database, relations }: CatalogOutline): boolean {
  const schema = readNameParts(pattern)?.at(-2)?.text ?? "";
  if (schema === "pg_temp" || isSystemSchema(schema)) return true;
  const compiled = compileRelationPattern(pattern);
  return relations.some((relation) => compiled.means({ database, ...relation }));
}

function meansFunction(pattern: string, { functions }: CatalogOutline): boolean {
  if (isSystemSchema(readNameParts(pattern)?.[0]?.text ?? "")) return true;
  const matches = compileFunctionPattern(pattern);
  return functions.some(({ schema, name }) => matches(schema, name));
}

function meansColumn(pattern: string, { database, relations }: CatalogOutline): boolean {
  const { relation: table, column } = compileColumnPattern(pattern);
  return relations.some((relation) => table.means({ database, ...relation }) && relation.columns.some(column));
}
