import { loweredExecution } from "../statements/lineage/lowered-execution.ts";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import type { PgStatement, SqlEffect } from "../statements/read-text.ts";
import type { ResolvedStatement } from "./resolved-statement.ts";
import type { Portal, SessionNames } from "./session-names.ts";

/** Some name that the text uses depends on what the server has yet to answer. */
export const UNSETTLED = Symbol("unsettled");

/** An EXECUTE may run another one, if that came by the protocol. Nobody needs more than one; the server has no end. */
const MAX_DEPTH = 4;

const INVALID_SQL_STATEMENT_NAME = "26000";
const NO_EFFECT: SqlEffect = { kind: "none" };

/** Where names are looked up. */
export interface Scope {
  readonly names: SessionNames;
  readonly segment: number;
  /** What earlier statements of the same text prepare counts before what the session had. */
  readonly prepared?: ReadonlyMap<string, PgStatement>;
  readonly depth?: number;
}

/** For the same EXECUTE of the same prepared statement the same object, so that its decision is cached. */
const executions = new WeakMap<PgStatement, WeakMap<ParsedStatement, ResolvedStatement>>();

/** What the statements of one text really do, one after the other. */
export function resolveText(
  statements: readonly PgStatement[],
  names: SessionNames,
  segment: number,
): readonly ResolvedStatement[] | typeof UNSETTLED {
  const prepared = new Map<string, PgStatement>();
  const resolved: ResolvedStatement[] = [];
  for (const statement of statements) {
    const real = resolveStatement(statement, { names, segment, prepared });
    if (real === UNSETTLED) return UNSETTLED;
    if (real.effect.kind === "prepare") prepared.set(real.effect.name, real.effect.statement);
    resolved.push(real);
  }
  return resolved;
}

/** SQL's EXECUTE does what was prepared under the name, FETCH what its cursor does. Everything else is itself. */
export function resolveStatement(statement: PgStatement, scope: Scope): ResolvedStatement | typeof UNSETTLED {
  const { effect } = statement;
  if ((scope.depth ?? 0) > MAX_DEPTH) {
    return unknown(statement, "It runs a prepared statement that runs another, and so on.");
  }
  if (effect.kind === "execute") return resolveExecute(statement, effect, scope);
  if (effect.kind === "fetch") return resolveFetch(statement, effect.name, scope);
  return statement;
}

function resolveExecute(
  statement: PgStatement,
  { name, otherVerbs }: Extract<SqlEffect, { kind: "execute" }>,
  scope: Scope,
): ResolvedStatement | typeof UNSETTLED {
  const named = scope.names.statements.resolve(name, scope.segment);
  const here = scope.prepared?.get(name);
  if (here === undefined && named.kind === "unsettled") return UNSETTLED;
  if (here === undefined && named.kind === "missing") {
    const fault = { sqlState: INVALID_SQL_STATEMENT_NAME, message: `prepared statement "${name}" does not exist` };
    return { ...unknown(statement, "The gateway runs only prepared statements that it has seen defined."), fault };
  }
  const prepared = here ?? (named.kind === "known" ? named.value.statement : undefined);
  // Without a statement its text was empty, and nothing is run.
  if (prepared === undefined) return statement;
  const inner = resolveStatement(prepared, { ...scope, depth: (scope.depth ?? 0) + 1 });
  if (inner === UNSETTLED) return UNSETTLED;
  // Within EXPLAIN or CREATE TABLE AS only what reads or writes rows is run, and that touches no name.
  return execution(statement, otherVerbs, inner, otherVerbs.length === 0 ? inner.effect : NO_EFFECT);
}

function resolveFetch(statement: PgStatement, name: string, scope: Scope): ResolvedStatement | typeof UNSETTLED {
  const named = scope.names.portals.resolve(name, scope.segment);
  if (named.kind === "unsettled") return UNSETTLED;
  if (named.kind === "missing") return unseenCursor(statement);
  const portal: Portal = named.value;
  switch (portal.kind) {
    case "empty":
      return statement;
    case "unseen":
      return unknown(statement, `The cursor "${name}" was not made by a statement that the gateway has judged.`);
    case "cursor":
      return execution(statement, statement.verbs, portal.statement, NO_EFFECT);
    case "bound": {
      const inner = resolveStatement(portal.statement, { ...scope, depth: (scope.depth ?? 0) + 1 });
      return inner === UNSETTLED ? UNSETTLED : execution(statement, statement.verbs, inner, NO_EFFECT);
    }
  }
}

/** A cursor that we did not see made comes out of a function; it can only be read. What is in its rows nobody can say. */
function unseenCursor({ text, verbs, effect }: PgStatement): ResolvedStatement {
  return { text, verbs, effect };
}

function execution(
  outer: PgStatement,
  own: readonly Verb[],
  inner: ResolvedStatement,
  effect: SqlEffect,
): ResolvedStatement {
  const known = executions.get(outer) ?? new WeakMap<ParsedStatement, ResolvedStatement>();
  executions.set(outer, known);
  const before = known.get(inner);
  if (before !== undefined) return before;
  const lowered = loweredExecution(outer.lowered, inner.lowered);
  const combined: ResolvedStatement = {
    text: outer.text,
    verbs: [...new Set([...own, ...inner.verbs])],
    ...(inner.unknownBecause === undefined ? {} : { unknownBecause: inner.unknownBecause }),
    ...(inner.fault === undefined ? {} : { fault: inner.fault }),
    ...(outer.liftsReadOnly === true || inner.liftsReadOnly === true ? { liftsReadOnly: true } : {}),
    ...(outer.steersPlans === true || inner.steersPlans === true ? { steersPlans: true } : {}),
    ...(lowered === undefined ? {} : { lowered }),
    ...(inner.meaningSettings === undefined ? {} : { meaningSettings: inner.meaningSettings }),
    effect,
  };
  known.set(inner, combined);
  return combined;
}

function unknown({ text }: PgStatement, because: string): ResolvedStatement {
  return { text, verbs: ["unknown"], unknownBecause: because, effect: NO_EFFECT };
}
