import { nothing } from "./flow.ts";
import type { Environment } from "./environment.ts";
import type { Output, TemporaryRelation } from "./lineage.ts";
import type { Subject } from "./relational.ts";

/**
 * What a session will have for itself once the statement has run; undefined where it makes nothing of that kind. `outputs` are those of the
 * query that it is made of. What was made twice may be either of the two, since the server may have taken one back.
 */
export function madeTemporary(
  subject: Subject,
  outputs: readonly Output[] | undefined,
  { temporary }: Environment,
): TemporaryRelation | undefined {
  if (subject.kind !== "make" || !subject.temporary) return undefined;
  const { name } = subject.relation;
  if (temporary.has(name) || subject.likeOthers) return { name, columns: undefined };
  if (subject.query === undefined) return { name, columns: subject.columns.map(clean) };
  // a table keeps no value that is masked; a view shows what is there each time
  const columns = outputs?.map((output) => (subject.what === "view" ? output : clean(output.name)));
  return { name, columns };
}

function clean(name: string): Output {
  return { name, flow: nothing };
}
