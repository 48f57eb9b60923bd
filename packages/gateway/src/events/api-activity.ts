import type { Actor } from "../store/doors/actor.ts";
import type { AuditEntry } from "../store/doors/audit.ts";
import { eventText, ocsfEndpoint, ocsfUser } from "./event-parties.ts";
import { otherActivity, type Activity, type EventDraft } from "./ocsf-event.ts";

const activities: ReadonlyMap<string, Activity> = new Map([["read", { id: 2, name: "Read" }]]);

/** That an administrator did something that changes nothing which the store keeps: ended a session, read a recording. */
export function administrativeAct({ action, kind, name }: AuditEntry, actor: Actor): EventDraft {
  return {
    class: "api-activity",
    activity: activities.get(action) ?? otherActivity(action),
    severity: "Informational",
    status: "Success",
    attributes: {
      actor: { user: ocsfUser(actor) },
      src_endpoint: ocsfEndpoint(actor.address),
      api: {
        operation: `${action} ${kind}`,
        service: { name: "sallyport" },
        ...(actor.requestId === undefined ? {} : { request: { uid: actor.requestId } }),
      },
      resources: [{ name: eventText(name, 128), uid: name, type: kind }],
    },
  };
}
