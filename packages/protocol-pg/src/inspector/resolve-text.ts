import type { ParsedStatement } from "@sallyport/shared/statement";
import type { ClientFault } from "../native-errors.ts";
import type { PgStatement } from "../statements/read-text.ts";
import type { SessionNames } from "./session-names.ts";

/** Some name that the text uses depends on what the server has yet to answer. */
export const UNSETTLED = Symbol("unsettled");

/** For the same EXECUTE of the same prepared statement the same object, so that its decision is cached. */
const executions = new WeakMap<PgStatement, WeakMap<PgStatement, ResolvedStatement>>();

const INVALID_SQL_STATEMENT_NAME = "26000";

/** A statement as it is decided. `fault`: why it can't be anything, in the server's words. */
export interface ResolvedStatement extends ParsedStatement {
  readonly fault?: ClientFault;
}

/**
 * What the statements of one text really do: SQL's EXECUTE does what was prepared under the name, FETCH what its
 * cursor does. Everything else is itself.
 */
export function resolveText(
  statements: readonly PgStatement[],
  names: SessionNames,
  segment: number,
): readonly ResolvedStatement[] | typeof UNSETTLED {
  if (statements.every(({ effect }) => effect.kind !== "execute" && effect.kind !== "fetch")) return statements;
  // What earlier statements of the same text prepare counts before what the session had.
  const prepared = new Map<string, PgStatement>();
  const resolved: ResolvedStatement[] = [];
  for (const statement of statements) {
    const { effect } = statement;
    if (effect.kind === "prepare") prepared.set(effect.name, effect.statement);
    const real = resolveStatement(statement, prepared, names, segment);
    if (real === UNSETTLED) return UNSETTLED;
    resolved.push(real);
  }
  return resolved;
}

function resolveStatement(
  statement: PgStatement,
  prepared: ReadonlyMap<string, PgStatement>,
  names: SessionNames,
  segment: number,
): ResolvedStatement | typeof UNSETTLED {
  const { effect } = statement;
  if (effect.kind === "execute") {
    const here = prepared.get(effect.name);
    if (here !== undefined) return execution(statement, here);
    const named = names.statements.resolve(effect.name, segment);
    if (named.kind === "unsettled") return UNSETTLED;
    const inner = named.kind === "known" ? named.value.statement : undefined;
    return inner === undefined ? unknownExecution(statement, effect.name) : execution(statement, inner);
  }
  if (effect.kind === "fetch") {
    const named = names.portals.resolve(effect.name, segment);
    if (named.kind === "unsettled") return UNSETTLED;
    // A cursor that we did not see made comes out of a function; it can only be read.
    if (named.kind === "missing" || named.value.kind === "empty") return statement;
    if (named.value.kind === "statement") return execution(statement, named.value.statement);
    return unknown(statement, `The cursor "${effect.name}" was not made by a statement that the gateway has judged.`);
  }
  return statement;
}

function execution(outer: PgStatement, inner: PgStatement): ResolvedStatement {
  const known = executions.get(outer) ?? new WeakMap<PgStatement, ResolvedStatement>();
  executions.set(outer, known);
  const before = known.get(inner);
  if (before !== undefined) return before;
  const own = outer.effect.kind === "execute" ? outer.effect.otherVerbs : outer.verbs;
  const combined: ResolvedStatement = {
    text: outer.text,
    verbs: [...new Set([...own, ...inner.verbs])],
    ...(inner.unknownBecause === undefined ? {} : { unknownBecause: inner.unknownBecause }),
  };
  known.set(inner, combined);
  return combined;
}

function unknownExecution(outer: PgStatement, name: string): ResolvedStatement {
  const because = "The gateway runs only prepared statements that this session has defined through it.";
  const fault = { sqlState: INVALID_SQL_STATEMENT_NAME, message: `prepared statement "${name}" does not exist` };
  return { ...unknown(outer, because), fault };
}

function unknown({ text }: PgStatement, because: string): ResolvedStatement {
  return { text, verbs: ["unknown"], unknownBecause: because };
}
