import type { Actor } from "../store/doors/actor.ts";
import type { AuditEntry } from "../store/doors/audit.ts";
import { ocsfEndpoint, ocsfUser } from "./event-parties.ts";
import type { Activity, EventDraft, OcsfAttributes } from "./ocsf-event.ts";

/** A document is smaller; what is not is in the audit. */
const MAX_DATA_CHARACTERS = 8 * 1024;

const update = { id: 3, name: "Update" };

/** What the store says was done to one of its things, in the schema's words. */
const activities: ReadonlyMap<string, Activity> = new Map([
  ["created", { id: 1, name: "Create" }],
  ["changed", update],
  ["renewed", update],
  ["resealed", update],
  ["deleted", { id: 4, name: "Delete" }],
  ["enrolled", { id: 6, name: "Enroll" }],
  ["restored", { id: 8, name: "Enable" }],
  ["revoked", { id: 9, name: "Disable" }],
]);

/** That something which the store keeps was made, changed or taken away; undefined where an entry of the audit is about something else. */
export function entityManaged(entry: AuditEntry, actor: Actor): EventDraft | undefined {
  const activity = activities.get(entry.action);
  if (activity === undefined) return undefined;
  const { kind, name, before, after } = entry;
  return {
    class: "entity-management",
    activity,
    severity: "Informational",
    status: "Success",
    attributes: {
      actor: { user: ocsfUser(actor) },
      src_endpoint: ocsfEndpoint(actor.address),
      entity: { name, uid: name, type: kind, ...dataOf(before) },
      ...(after === undefined ? {} : { entity_result: { name, uid: name, type: kind, ...dataOf(after) } }),
    },
    unmapped: { action: entry.action, request: actor.requestId },
  };
}

/** As the audit has it, which never holds a secret. */
function dataOf(data: unknown): OcsfAttributes {
  if (data === undefined || data === null) return {};
  return JSON.stringify(data).length > MAX_DATA_CHARACTERS ? { desc: "too large; the audit has it" } : { data };
}
