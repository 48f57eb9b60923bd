import { createLog } from "@sallyport/gateway/log";
import { applyDocuments } from "@sallyport/gateway/store/apply/apply-documents";
import type { Actor } from "@sallyport/gateway/store/doors/actor";
import { openPostgresStore } from "@sallyport/gateway/store/postgres/open-postgres-store";
import { readFolder } from "@sallyport/gateway/store/read-folder";
import type { StateStore } from "@sallyport/gateway/store/state-store";
import type { Ticket } from "@sallyport/gateway/tickets/ticket";
import type { Secret } from "@sallyport/shared/secret";
import { createWriteStream } from "node:fs";
import { CommandFailure } from "../command-failure.ts";
import { protocols } from "../protocols.ts";
import { startEmbeddedDatabase } from "../state/embedded-database.ts";
import { writePrivate } from "./private-file.ts";
import type { StateFolder } from "./state-folder.ts";

const actor: Actor = { name: "demo", kind: "local" };

/** Starts the database that the demo's gateway keeps everything in; how it is ended is added to `stops`. */
export async function startDemoDatabase(state: StateFolder, stops: AsyncDisposableStack): Promise<Secret<string>> {
  const lines = createWriteStream(state.databaseLog, { flags: "a", mode: 0o600 });
  stops.defer(() => void lines.end());
  const database = stops.use(await startEmbeddedDatabase(state.database, createLog(lines)));
  await writePrivate(state.databaseUrlFile, database.url.reveal());
  return database.url;
}

/** Makes the documents of the demo's folder true, and its tickets valid. */
export async function fillStore(url: Secret<string>, folder: string, tickets: readonly Ticket[]): Promise<void> {
  const ids = protocols.map(({ id }) => id);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  await using store = await openPostgresStore({ url, log: silent, protocols: ids, staleMs: 0 });
  const draft = await readFolder(folder);
  const options = { protocols: ids, actor, prune: true, dryRun: false };
  const applied = await applyDocuments(store.documents, draft, options);
  if (applied.kind === "faulty") {
    throw new CommandFailure(
      ["The demo's documents are not valid:", ...applied.problems].join("\n  "),
      `Correct them in ${folder}, or begin anew with --fresh.`,
    );
  }
  for (const ticket of tickets) await keep(store, ticket);
}

async function keep({ tickets }: StateStore, ticket: Ticket): Promise<void> {
  if ((await tickets.find(ticket.name)) === undefined) await tickets.add(ticket, actor);
}
