import { snapshotOf } from "@sallyport/gateway/store/assemble-snapshot";
import { finishDraft } from "@sallyport/gateway/store/finish-draft";
import { readFolder } from "@sallyport/gateway/store/read-folder";
import type { Store, StoreSnapshot } from "@sallyport/gateway/store/store";
import { GatewayError } from "@sallyport/shared/errors";
import { CommandFailure } from "../command-failure.ts";
import { protocols } from "../protocols.ts";

/** The documents of a folder as they are now, read as a gateway reads them. */
export async function readPolicies(folder: string): Promise<StoreSnapshot> {
  const nextStep = "Name the folder of the gateway's documents, and correct what is wrong in it.";
  const ids = protocols.map(({ id }) => id);
  const draft = await readFolder(folder).catch((cause: unknown) => {
    throw new CommandFailure(GatewayError.from(cause).message, nextStep, cause);
  });
  const finished = finishDraft(draft, ids);
  if (finished.kind === "complete") return snapshotOf(finished.documents, folder);
  throw new CommandFailure(["The documents are not valid:", ...finished.problems].join("\n  "), nextStep);
}

/** A store of what was read, which does not change. */
export function storeOf(snapshot: StoreSnapshot): Store {
  return {
    snapshot: () => snapshot,
    assertReachable: () => undefined,
    catchUp: () => Promise.resolve(),
    onChange: () => () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
