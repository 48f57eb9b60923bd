import { GatewayError } from "@sallyport/shared/errors";
import type { z } from "zod";
import { applyDocuments } from "../../store/apply/apply-documents.ts";
import { draftOfValues } from "../../store/apply/draft-of-values.ts";
import { documentKinds, type DocumentKind } from "../../store/documents/document-kinds.ts";
import type { StoredDocument } from "../../store/doors/documents.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { actorOf } from "../caller.ts";
import { documentVersionPage, preconditions, storedDocument, storedDocumentPage } from "../contract/document.ts";
import { done } from "../contract/done.ts";
import { namePath } from "../contract/names.ts";
import { pageQuery } from "../contract/page.ts";
import { faultyDocuments } from "../faulty-documents.ts";
import { paginate } from "../paginate.ts";
import { notFound } from "../problem.ts";

/** One kind of document as the API calls it. */
export interface DocumentResource {
  readonly path: string;
  readonly kind: DocumentKind;
  /** What people call one. */
  readonly word: string;
}

type Conditions = Partial<z.infer<typeof preconditions>>;

const MAX_DOCUMENT_BYTES = 512 * 1024;
const MAX_ATTEMPTS = 5;

/** Documents of one kind: to look at, to change one by one, and as they were before. */
export function documentRoutes(app: ApiApp, means: ApiMeans, { path, kind, word }: DocumentResource): void {
  const { documents } = means.store;
  const tags = [path];
  const all = `/v1/${path}`;
  const one = `${all}/:name`;

  app.get(
    all,
    {
      config: { access: "viewer" },
      schema: { tags, summary: `All of kind ${word}`, querystring: pageQuery, response: { 200: storedDocumentPage } },
    },
    async (request) => {
      const ofKind = (await documents.readAll()).documents.filter((document) => document.kind === kind);
      const { items, next } = paginate(ofKind, ({ name }) => name, request.query);
      return { items: items.map(shown), next };
    },
  );

  app.get(
    one,
    {
      config: { access: "viewer" },
      schema: { tags, summary: `One ${word}`, params: namePath, response: { 200: storedDocument } },
    },
    async (request, reply) => {
      const { found } = await find(request.params.name);
      if (found === undefined) throw notFound(`The ${word} "${request.params.name}"`);
      void reply.header("etag", `"${found.revision}"`);
      return shown(found);
    },
  );

  app.get(
    `${one}/versions`,
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: `All forms of one ${word}, the newest first`,
        params: namePath,
        querystring: pageQuery,
        response: { 200: documentVersionPage },
      },
    },
    async (request) => {
      const versions = await documents.revisionsOf(kind, request.params.name);
      if (versions.length === 0) throw notFound(`The ${word} "${request.params.name}"`);
      const { items, next } = paginate(versions, orderOf, request.query);
      return {
        items: items.map(({ revision, author, at, body }) => {
          return { revision, author, at: at.toISOString(), document: body === undefined ? undefined : { ...body } };
        }),
        next,
      };
    },
  );

  app.put(
    one,
    {
      config: { access: "admin" },
      bodyLimit: MAX_DOCUMENT_BYTES,
      schema: {
        tags,
        summary: `Makes or changes one ${word}`,
        params: namePath,
        headers: preconditions,
        body: bodySchema(kind),
        response: { 200: storedDocument, 201: storedDocument },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const body: Readonly<Record<string, unknown>> = { ...request.body };
      if (body[kind] !== name) throw misnamed(kind, name);
      const before = await change(name, request.headers, async (expectedRevision) => {
        const applied = await applyDocuments(documents, draftOfValues([{ [kind]: name, ...body }]), {
          protocols: means.protocols,
          actor: actorOf(request),
          prune: false,
          dryRun: false,
          expectedRevision,
        });
        if (applied.kind === "faulty") throw faultyDocuments(applied.problems);
      });
      const { found } = await find(name);
      if (found === undefined) throw notFound(`The ${word} "${name}"`);
      void reply.code(before === undefined ? 201 : 200).header("etag", `"${found.revision}"`);
      return shown(found);
    },
  );

  app.delete(
    one,
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: `Deletes one ${word}`,
        params: namePath,
        headers: preconditions.pick({ "if-match": true }),
        response: { 204: done },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const before = await change(
        name,
        { "if-match": request.headers["if-match"] },
        async (expectedRevision, found) => {
          if (found === undefined) return;
          await documents.change([{ kind, name, body: undefined }], actorOf(request), expectedRevision);
        },
      );
      if (before === undefined) throw notFound(`The ${word} "${name}"`);
      return reply.code(204).send(null);
    },
  );

  async function find(
    name: string,
  ): Promise<{ readonly found: StoredDocument | undefined; readonly revision: number }> {
    const set = await documents.readAll();
    return {
      found: set.documents.find((document) => document.kind === kind && document.name === name),
      revision: set.revision,
    };
  }

  /** Makes one change on what was looked at for its conditions; looks again where another document was changed meanwhile. */
  async function change(
    name: string,
    conditions: Conditions,
    carryOut: (expectedRevision: number, found: StoredDocument | undefined) => Promise<void>,
  ): Promise<StoredDocument | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const { found, revision } = await find(name);
      assertConditions(conditions, found);
      try {
        await carryOut(revision, found);
        return found;
      } catch (reason) {
        const isConflict = reason instanceof GatewayError && reason.code === "store/conflict";
        if (!isConflict || attempt === MAX_ATTEMPTS) throw reason;
      }
    }
  }
}

/** Counts down, so that the newest comes first. */
function orderOf({ revision }: { readonly revision: number }): string {
  return String(Number.MAX_SAFE_INTEGER - revision).padStart(16, "0");
}

/** As people write it; the union of all kinds would let one pass for another. */
function bodySchema(kind: DocumentKind): z.ZodType<object> {
  return documentKinds[kind];
}

function assertConditions(headers: Conditions, found: StoredDocument | undefined): void {
  const expected = headers["if-match"];
  if (expected !== undefined && expected !== `"${found?.revision}"`) {
    const detail = found === undefined ? "It is no longer there." : `It is at revision ${found.revision} now.`;
    throw new GatewayError("api/changed", detail, { detail });
  }
  if (headers["if-none-match"] !== undefined && found !== undefined) {
    const detail = "It is there already.";
    throw new GatewayError("api/changed", detail, { detail, hint: "Change it with its ETag in If-Match." });
  }
}

function misnamed(kind: DocumentKind, name: string): GatewayError {
  const detail = `The document's "${kind}" must be "${name}", as in the path.`;
  return new GatewayError("api/invalid", detail, { detail });
}

function shown({ name, revision, author, changedAt, body }: StoredDocument): z.infer<typeof storedDocument> {
  return { name, revision, author, changedAt: changedAt.toISOString(), document: { ...body } };
}
