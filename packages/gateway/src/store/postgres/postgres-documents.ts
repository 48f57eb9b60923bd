import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "@sallyport/shared/errors";
import { and, asc, desc, eq } from "drizzle-orm";
import { isDocumentKind } from "../documents/document-kinds.ts";
import type { DocumentChange, Documents, DocumentSet, StoredDocument } from "../doors/documents.ts";
import type { Actor } from "../doors/actor.ts";
import { documentRevisions, documents, revisions } from "../schema.ts";
import type { Change, Changes } from "./change.ts";
import type { Database, Queries } from "./database.ts";

export function createDocuments(database: Database, changes: Changes): Documents {
  return {
    readAll: () =>
      // one statement each, and both of one moment
      database.ask((queries) =>
        queries.transaction(readAll, { isolationLevel: "repeatable read", accessMode: "read only" }),
      ),

    revisionsOf: (kind, name) =>
      database.ask(async (queries) => {
        const rows = await queries
          .select()
          .from(documentRevisions)
          .where(and(eq(documentRevisions.kind, kind), eq(documentRevisions.name, name)))
          .orderBy(desc(documentRevisions.revision));
        return rows.map(({ body, revision, author, at }) => {
          return { kind, name, body: isBody(body) ? body : undefined, revision, author, at };
        });
      }),

    change: (wanted, actor, expectedRevision) =>
      changes.make(async (change) => {
        const { queries } = change;
        // taken before anything is compared: whoever else changes documents waits, or has been waited for
        await queries.select().from(revisions).where(eq(revisions.area, "documents")).for("update");
        const before = await readAll(queries);
        if (before.revision !== expectedRevision) throw changedMeanwhile();
        const known = new Map(before.documents.map((document) => [keyOf(document), document]));
        const real = wanted.filter((each) => !isDeepStrictEqual(known.get(keyOf(each))?.body, each.body));
        if (real.length === 0) return before.revision;
        const revision = await change.bump("documents");
        // without a row to lock the first two changes ever could both have come here
        if (revision !== expectedRevision + 1) throw changedMeanwhile();
        for (const each of real) await carryOut(change, each, { before: known.get(keyOf(each)), actor, revision });
        return revision;
      }),
  };
}

async function carryOut(
  { queries, audit }: Change,
  { kind, name, body }: DocumentChange,
  more: { readonly before: StoredDocument | undefined; readonly actor: Actor; readonly revision: number },
): Promise<void> {
  const { before, actor, revision } = more;
  const author = actor.name;
  if (body === undefined) {
    await queries.delete(documents).where(and(eq(documents.kind, kind), eq(documents.name, name)));
  } else {
    await queries
      .insert(documents)
      .values({ kind, name, body, revision, author })
      .onConflictDoUpdate({
        target: [documents.kind, documents.name],
        set: { body, revision, author, changedAt: new Date() },
      });
  }
  await queries.insert(documentRevisions).values({ kind, name, revision, body, author });
  const action = before === undefined ? "created" : body === undefined ? "deleted" : "changed";
  await audit({ action, kind, name, before: before?.body, after: body }, actor);
}

async function readAll(queries: Queries): Promise<DocumentSet> {
  const [area] = await queries.select().from(revisions).where(eq(revisions.area, "documents"));
  const rows = await queries.select().from(documents).orderBy(asc(documents.kind), asc(documents.name));
  return {
    revision: area?.revision ?? 0,
    documents: rows.flatMap(({ kind, name, body, revision, author, changedAt }) =>
      isDocumentKind(kind) && isBody(body) ? [{ kind, name, body, revision, author, changedAt }] : [],
    ),
  };
}

function isBody(body: unknown): body is Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

function keyOf({ kind, name }: Pick<DocumentChange, "kind" | "name">): string {
  return `${kind} ${name}`;
}

function changedMeanwhile(): GatewayError {
  const detail = "The documents were changed by somebody else since they were looked at; nothing was changed now.";
  return new GatewayError("store/conflict", detail, { detail });
}
