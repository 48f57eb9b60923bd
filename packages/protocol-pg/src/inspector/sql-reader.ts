import type { Catalog } from "@sallyport/shared/catalog/catalog";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { createViewReader } from "../statements/lineage/read-view.ts";
import type { PgStatement } from "../statements/read-text.ts";
import { createStatementReader } from "../statements/statement-reader.ts";
import type { ResolvedStatement } from "./resolved-statement.ts";
import { SessionObjects } from "./session-objects.ts";

/** Reads texts as a fresh session of a server with these objects would, or, without them, as one that knows none, for those who ask what policy makes of them. Nothing is sent anywhere. */
export async function createSqlReader(
  { version }: Pick<ServerFacts, "version">,
  catalog: Catalog | undefined,
): Promise<(sql: string) => Promise<readonly ParsedStatement[]>> {
  const reader = await createStatementReader(Number.parseInt(version, 10));
  const source = { needed: true, current: () => catalog, outdated: () => undefined };
  return async (sql) => {
    const { statements } = await reader.read(Buffer.from(sql));
    // made anew for each text: what one makes for its session, the next one's has not
    const located = new SessionObjects(source, createViewReader(reader)).locate(statements.map(standAlone));
    return located.kind === "located" ? located.statements : [];
  };
}

/** What a session has prepared or opened a fresh one has not. */
function standAlone(statement: PgStatement): ResolvedStatement {
  const { text, effect } = statement;
  if (effect.kind !== "execute" && effect.kind !== "fetch") return statement;
  return { text, verbs: ["unknown"], unknownBecause: `A fresh session has no "${effect.name}".`, effect };
}
