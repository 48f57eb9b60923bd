import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openPostgresStore } from "@sallyport/gateway/store/postgres/open-postgres-store";
import type { Ticket } from "@sallyport/gateway/tickets/ticket";
import type { Secret } from "@sallyport/shared/secret";
import { applyToStore, testActor } from "./apply-to-store.ts";
import { memoryLog } from "./memory-log.ts";
import { openStateDatabase, type StateDatabase } from "./state-database.ts";

/** A store for a gateway in a process of its own, with documents and tickets in it. */
export interface FilledState extends AsyncDisposable {
  readonly database: StateDatabase;
  /** What the gateway's configuration says of it. */
  readonly config: { readonly databaseUrl: string; readonly folder: string };
}

/** Fills a database of its own; the file with its URL is put into the folder. */
export async function openFilledState(
  folder: string,
  documents: readonly object[],
  tickets: readonly Ticket[],
  protocols: readonly string[],
): Promise<FilledState> {
  const database = await openStateDatabase();
  await fill(database.url, documents, tickets, protocols);
  const urlFile = join(folder, "database-url");
  await writeFile(urlFile, database.url.reveal(), { mode: 0o600 });
  return {
    database,
    config: { databaseUrl: `file:${urlFile}`, folder: join(folder, "state") },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

async function fill(
  url: Secret<string>,
  documents: readonly object[],
  tickets: readonly Ticket[],
  protocols: readonly string[],
): Promise<void> {
  await using store = await openPostgresStore({ url, log: memoryLog(), protocols, staleMs: 0 });
  await applyToStore(store, documents, protocols);
  for (const ticket of tickets) await store.tickets.add(ticket, testActor);
}
