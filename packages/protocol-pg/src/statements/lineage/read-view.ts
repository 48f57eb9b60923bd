import type { CatalogRelation } from "@sallyport/shared/catalog/catalog";
import type { Lowered } from "@sallyport/shared/lineage/relational";
import type { StatementReader } from "../statement-reader.ts";

/** The definition does not change while the catalog lives. */
const read = new WeakMap<CatalogRelation, Lowered>();

const nothingCalled: Lowered["calls"] = { functions: [], operators: [], types: [] };

/** Reads definitions of views as what they are: queries. One that is too long to be read at once is unknown. */
export function createViewReader(reader: StatementReader): (relation: CatalogRelation) => Lowered {
  return (relation) => {
    const known = read.get(relation);
    if (known !== undefined) return known;
    const lowered = readDefinition(relation, reader);
    read.set(relation, lowered);
    return lowered;
  };
}

function readDefinition({ name, definition = "" }: CatalogRelation, reader: StatementReader): Lowered {
  const text = reader.read(Buffer.from(definition));
  const statement = text instanceof Promise ? undefined : text.statements[0];
  if (statement?.lowered !== undefined) return statement.lowered;
  const because = `The gateway cannot read the definition of the view "${name}".`;
  return { subject: { kind: "unknown", because }, calls: nothingCalled, facts: [] };
}
