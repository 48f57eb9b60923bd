import type { Environment } from "./environment.ts";
import type { Expression, Query, Range } from "./relational.ts";
import type { Columns, NamedQueries, Ranges, Scope } from "./scope.ts";
import type { Value } from "./flow.ts";
import type { Trace } from "./trace.ts";

/** What the parts of the resolver work with. They need one another, so they are handed on instead of imported. */
export interface Context {
  readonly environment: Environment;
  readonly trace: Trace;
  /** What an expression may give. What decides something on the way is traced. */
  value(expression: Expression, scope: Scope, context: Context): Value;
  /** An expression of which only the truth counts. */
  condition(expression: Expression, scope: Scope, context: Context): void;
  /** The columns that a query gives. */
  columns(query: Query, named: NamedQueries, outer: Scope | undefined, context: Context): Columns;
  /** `beside`: what stands before it in the same FROM, for what may look there. */
  ranges(range: Range, scope: Scope, context: Context): Ranges;
}
