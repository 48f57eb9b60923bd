import { applyDocuments } from "@sallyport/gateway/store/apply/apply-documents";
import { draftOfValues } from "@sallyport/gateway/store/apply/draft-of-values";
import type { StateStore } from "@sallyport/gateway/store/state-store";

/** Who makes the changes of tests. */
export const testActor = { name: "test", kind: "local" } as const;

/** Makes these documents true, and no others: as `sallyport apply --prune` does. */
export async function applyToStore(
  { documents }: Pick<StateStore, "documents">,
  values: readonly unknown[],
  protocols: readonly string[],
): Promise<void> {
  const applied = await applyDocuments(documents, draftOfValues(values), {
    protocols,
    actor: testActor,
    prune: true,
    dryRun: false,
  });
  if (applied.kind === "faulty") throw new Error(`the test's documents are refused: ${applied.problems.join(" ")}`);
}
