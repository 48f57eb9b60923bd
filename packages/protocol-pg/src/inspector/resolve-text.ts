import type { ParsedStatement } from "@sallyport/shared/statement";
import type { PgStatement } from "../statements/read-text.ts";
import type { Resolved } from "./name-table.ts";
import type { SessionNames } from "./session-names.ts";

/** Some name that the text uses depends on what the server has yet to answer. */
export const UNSETTLED = Symbol("unsettled");

/** For the same EXECUTE of the same prepared statement the same object, so that its decision is cached. */
const executions = new WeakMap<PgStatement, WeakMap<PgStatement, ParsedStatement>>();

/**
 * What the statements of one text really do: SQL's EXECUTE does what was prepared under the name, FETCH what its
 * cursor does. Everything else is itself.
 */
export function resolveText(
  statements: readonly PgStatement[],
  names: SessionNames,
  segment: number,
): readonly ParsedStatement[] | typeof UNSETTLED {
  if (statements.every(({ effect }) => effect.kind !== "execute" && effect.kind !== "fetch")) return statements;
  // What earlier statements of the same text prepare counts before what the session had.
  const prepared = new Map<string, PgStatement>();
  const resolved: ParsedStatement[] = [];
  for (const statement of statements) {
    const { effect } = statement;
    if (effect.kind === "prepare") prepared.set(effect.name, effect.statement);
    if (effect.kind === "execute") {
      const inner = prepared.get(effect.name) ?? known(names.statements.resolve(effect.name, segment));
      if (inner === UNSETTLED) return UNSETTLED;
      resolved.push(inner === undefined ? unknownExecution(statement, effect.name) : execution(statement, inner));
    } else if (effect.kind === "fetch") {
      const inner = known(names.portals.resolve(effect.name, segment));
      if (inner === UNSETTLED) return UNSETTLED;
      // A cursor that we did not see made comes out of a function; it can only be read.
      resolved.push(inner === undefined ? statement : execution(statement, inner));
    } else {
      resolved.push(statement);
    }
  }
  return resolved;
}

function known(named: Resolved<{ readonly statement: PgStatement | undefined }>): PgStatement | undefined | typeof UNSETTLED {
  if (named.kind === "unsettled") return UNSETTLED;
  return named.kind === "known" ? named.value.statement : undefined;
}

function execution(outer: PgStatement, inner: PgStatement): ParsedStatement {
  const known = executions.get(outer) ?? new WeakMap<PgStatement, ParsedStatement>();
  executions.set(outer, known);
  const before = known.get(inner);
  if (before !== undefined) return before;
  const own = outer.effect.kind === "execute" ? outer.effect.otherVerbs : outer.verbs;
  const combined: ParsedStatement = {
    text: outer.text,
    verbs: [...new Set([...own, ...inner.verbs])],
    ...(inner.unknownBecause === undefined ? {} : { unknownBecause: inner.unknownBecause }),
  };
  known.set(inner, combined);
  return combined;
}

function unknownExecution(outer: PgStatement, name: string): ParsedStatement {
  return { text: outer.text, verbs: ["unknown"], unknownBecause: `no prepared statement "${name}" is known in this session` };
}
