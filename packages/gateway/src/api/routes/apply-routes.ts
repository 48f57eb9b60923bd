import { applyDocuments } from "../../store/apply/apply-documents.ts";
import { draftOfValues } from "../../store/apply/draft-of-values.ts";
import type { DocumentName } from "../../store/apply/plan-apply.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { actorOf } from "../caller.ts";
import { applyAnswer, applyRequest } from "../contract/apply.ts";
import { faultyDocuments } from "../faulty-documents.ts";
import { carryOutOnce, idempotencyHeader } from "../idempotency.ts";

const MAX_BYTES = 8 * 1024 * 1024;

/** Makes a folder of documents true, or says what that would change. */
export function applyRoutes(app: ApiApp, { store, protocols }: ApiMeans): void {
  app.post(
    "/v1/apply",
    {
      config: { access: "admin" },
      bodyLimit: MAX_BYTES,
      schema: {
        tags: ["apply"],
        summary: "Makes documents true, all of them or none",
        headers: idempotencyHeader,
        body: applyRequest,
        response: { 200: applyAnswer },
      },
    },
    (request, reply) =>
      carryOutOnce(request, reply, store.idempotencyKeys, {
        schema: applyAnswer,
        carryOut: async () => {
          const { documents, dryRun, prune, expectedRevision } = request.body;
          const actor = actorOf(request);
          const options = { protocols, actor, dryRun, prune, expectedRevision };
          const applied = await applyDocuments(store.documents, draftOfValues(documents), options);
          if (applied.kind === "faulty") throw faultyDocuments(applied.problems);
          const { plan, revision } = applied;
          const answer = {
            revision,
            dryRun,
            changes: plan.changes.map(({ kind, name, action, difference }) => {
              return { kind, name, action, difference: [...difference] };
            }),
            unchanged: plan.unchanged.map(named),
            extra: plan.extra.map(named),
            warnings: [...plan.warnings],
          };
          return { status: 200, answer };
        },
      }),
  );
}

function named({ kind, name }: DocumentName): { kind: string; name: string } {
  return { kind, name };
}
