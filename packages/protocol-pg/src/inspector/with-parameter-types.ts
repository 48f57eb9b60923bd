import type { PgStatement } from "../statements/read-text.ts";

/** Types with lower numbers came with the server. */
const FIRST_OWN_ID = 16_384;

/** For the same statement with the same types the same object, so that its decision is kept. */
const typed = new WeakMap<PgStatement, Map<string, PgStatement>>();

/** So many sets of types are remembered for one statement. */
const MAX_REMEMBERED = 64;

/**
 * The statement as it is prepared with parameters of these types. They are part of what it calls, like those that its text names: what a client says
 * only by number may be cast by somebody's code too.
 */
export function withParameterTypes(statement: PgStatement, types: readonly number[]): PgStatement {
  const { lowered } = statement;
  const own = [...new Set(types.filter((type) => type >= FIRST_OWN_ID).map(String))];
  if (lowered === undefined || own.length === 0) return statement;
  const known = typed.get(statement) ?? new Map<string, PgStatement>();
  typed.set(statement, known);
  const key = own.join(" ");
  const before = known.get(key);
  if (before !== undefined) return before;
  const calls = { ...lowered.calls, types: [...lowered.calls.types, ...own] };
  const made = { ...statement, lowered: { ...lowered, calls } };
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(key, made);
  return made;
}
