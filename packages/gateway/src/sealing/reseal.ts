import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { Actor } from "../store/doors/actor.ts";
import type { Authorities } from "../store/doors/authority.ts";
import type { Credentials } from "../store/doors/credentials.ts";
import { authoritySealName, credentialSealName } from "./sealed-names.ts";
import type { Sealer } from "./sealer.ts";

/** What came of it: what is counted as failed stays as it was. */
export interface ResealReport {
  readonly resealed: number;
  readonly failed: number;
}

/** Seals all that is not under the newest key under it. It may be done as often as one likes, by several replicas at once. */
export async function resealAll(
  sealer: Sealer,
  store: { readonly credentials: Credentials; readonly authorities: Authorities },
  actor: Actor,
  log: Log,
): Promise<ResealReport> {
  let resealed = 0;
  let failed = 0;
  const one = async (name: string, reseal: () => Promise<boolean>): Promise<void> => {
    try {
      if (await reseal()) resealed += 1;
    } catch (reason) {
      const { code, message } = GatewayError.from(reason);
      log.error("sealing.not-resealed", { document: name, code, reason: message });
      failed += 1;
    }
  };
  for (const { id, sealedKey, keyId } of await store.authorities.list()) {
    if (keyId === sealer.keyId) continue;
    const name = authoritySealName(id);
    await one(name, async () => {
      const anew = sealer.seal(name, sealer.open(name, sealedKey));
      await store.authorities.reseal(id, anew.sealed, anew.keyId, actor);
      return true;
    });
  }
  for (const { name: credential, keyId } of await store.credentials.list()) {
    if (keyId === sealer.keyId) continue;
    await one(`credential ${credential}`, async () => {
      const found = await store.credentials.find(credential);
      if (found === undefined) return false;
      const name = credentialSealName(found);
      const anew = sealer.seal(name, sealer.open(name, found.sealed));
      return store.credentials.reseal(credential, found.revision, anew.sealed, anew.keyId, actor);
    });
  }
  if (resealed > 0) log.info("sealing.resealed", { count: resealed });
  return { resealed, failed };
}
