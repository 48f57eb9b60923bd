import type { CalledNames, Lowered, Subject } from "@sallyport/shared/lineage/relational";

/** What an EXECUTE, FETCH or EXPLAIN EXECUTE is about, given what the statement behind the name is about. */
export function loweredExecution(outer: Lowered | undefined, inner: Lowered | undefined): Lowered | undefined {
  if (outer === undefined || inner === undefined) return undefined;
  return {
    subject: subjectOf(outer.subject, inner.subject),
    calls: bothCalls(outer.calls, inner.calls),
    facts: [...new Set([...outer.facts, ...inner.facts])],
  };
}

function subjectOf(outer: Subject, inner: Subject): Subject {
  if (outer.kind === "none") return inner;
  return outer.kind === "explain" ? { ...outer, of: inner } : outer;
}

function bothCalls(one: CalledNames, other: CalledNames): CalledNames {
  return {
    functions: [...one.functions, ...other.functions],
    operators: [...one.operators, ...other.operators],
    types: [...one.types, ...other.types],
  };
}
