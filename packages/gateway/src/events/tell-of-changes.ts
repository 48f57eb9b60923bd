import type { Audit } from "../store/doors/audit.ts";
import { administrativeAct } from "./api-activity.ts";
import { entityManaged } from "./entity-management.ts";
import type { Events } from "./events.ts";

/** Tells of everything that this replica has written to the audit, and of nothing that another has. Returns how to stop. */
export function tellOfChanges(audit: Pick<Audit, "onWritten">, events: Pick<Events, "send">): () => void {
  return audit.onWritten((entry, actor) => events.send(entityManaged(entry, actor) ?? administrativeAct(entry, actor)));
}
