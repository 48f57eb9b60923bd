import type { ClientHello } from "@sallyport/shared/adapter";
import type { SaslStart } from "./sasl-start.ts";

/** Where accounts are that are in no database of the user's: drivers say so when they are told nothing. */
const nowhere: ReadonlySet<string | undefined> = new Set(["admin", "$external"]);

/** What is known of the connection besides. */
export interface Circumstances {
  readonly settings: Readonly<Record<string, string>>;
  readonly encrypted: boolean;
}

/** Words the beginning of a login for the login desk. */
export function clientHello({ user, database }: SaslStart, { settings, encrypted }: Circumstances): ClientHello {
  return { user, database: nowhere.has(database) ? undefined : database, settings, encrypted };
}
