import { GatewayError } from "@sallyport/shared/errors";
import type { Actor } from "../doors/actor.ts";
import type { Documents } from "../doors/documents.ts";
import type { SnapshotDraft } from "../snapshot-draft.ts";
import { planApply, type ApplyPlan } from "./plan-apply.ts";

export interface ApplyOptions {
  /** The ids of the protocols that a connection may have. */
  readonly protocols: readonly string[];
  readonly actor: Actor;
  /** Deletes what the store has and the documents have not. */
  readonly prune: boolean;
  /** Makes the plan and leaves it at that. */
  readonly dryRun: boolean;
  /** Of the plan that somebody has agreed to; left out: whatever is there. */
  readonly expectedRevision?: number | undefined;
}

/** What has come of it. */
export type Applied =
  /** `revision` is that of the documents afterwards; after a dry run that of the plan. */
  | { readonly kind: "applied"; readonly plan: ApplyPlan; readonly revision: number }
  /** Nothing was changed. */
  | { readonly kind: "faulty"; readonly problems: readonly string[] };

const MAX_ATTEMPTS = 5;

/**
 * Makes documents true: all of them, or nothing. Throws `store/conflict` where the store is no longer at the expected revision;
 * without one, a change that somebody else makes at the same time is taken into account.
 */
export async function applyDocuments(
  documents: Pick<Documents, "readAll" | "change">,
  draft: SnapshotDraft,
  options: ApplyOptions,
): Promise<Applied> {
  const { actor, dryRun, expectedRevision } = options;
  for (let attempt = 1; ; attempt++) {
    const stored = await documents.readAll();
    if (expectedRevision !== undefined && stored.revision !== expectedRevision) throw outdated(stored.revision);
    const planned = planApply(draft, stored, options);
    if (planned.kind === "faulty") return planned;
    const { plan } = planned;
    if (dryRun) return { kind: "applied", plan, revision: plan.revision };
    try {
      return { kind: "applied", plan, revision: await documents.change(plan.changes, actor, plan.revision) };
    } catch (reason) {
      const isConflict = reason instanceof GatewayError && reason.code === "store/conflict";
      if (!isConflict || expectedRevision !== undefined || attempt === MAX_ATTEMPTS) throw reason;
    }
  }
}

function outdated(revision: number): GatewayError {
  const detail = `The documents were changed since the difference was shown (they are at revision ${revision} now); nothing was applied.`;
  return new GatewayError("store/conflict", detail, { detail, hint: "Look at the difference again." });
}
