import type { CatalogFunction } from "../catalog/catalog.ts";
import { TEMPORARY_SCHEMA, type Environment } from "./environment.ts";
import type { CalledName, CalledNames } from "./relational.ts";
import type { Trace } from "./trace.ts";

/** Traces everything called that is somebody's code or does more than compute. Which of several functions of a name is meant nobody has to know: all count. */
export function resolveCalls(calls: CalledNames, environment: Environment, trace: Trace): void {
  for (const called of calls.functions) {
    for (const found of functionsOf(called, environment)) {
      if (!found.trusted || doesMore(found, called)) trace.call(found);
    }
  }
  for (const operator of calls.operators) {
    for (const found of environment.catalog.operatorFunctions(operator)) trace.call(found);
  }
  for (const type of calls.types) {
    for (const found of environment.catalog.typeFunctions(type)) trace.call(found);
  }
}

function functionsOf(called: CalledName, { catalog, searchPath }: Environment): readonly CatalogFunction[] {
  const { schema, name } = called;
  const found = catalog.functions(name).filter((candidate) => {
    if (schema !== undefined) return candidate.schema === schema;
    return candidate.trusted || searchPath.includes(candidate.schema);
  });
  return found.length > 0 ? found : [unheardOf(called)];
}

function doesMore({ volatile }: CatalogFunction, { power }: CalledName): boolean {
  return power === "reveals" || (power === "declared" && volatile);
}

/** What the catalog has not, as a function that the session made for itself, is somebody's code. */
function unheardOf({ schema, name }: CalledName): CatalogFunction {
  const kind = "function";
  return {
    schema: schema ?? TEMPORARY_SCHEMA,
    name,
    kind,
    trusted: false,
    volatile: true,
    returnsSet: false,
  };
}
