import { randomUUID } from "node:crypto";
import { eventClasses, type EventClassName } from "./event-classes.ts";

/** Of the schema whose classes, numbers and attributes these are. */
const OCSF_VERSION = "1.6.0";

const product = { name: "Sallyport", vendor_name: "Sallyport", version: "0.1.0" };

/** How bad it is, in the schema's words and numbers. */
const severities = { Informational: 1, Low: 2, Medium: 3, High: 4 } as const;
export type Severity = keyof typeof severities;

/** What was done: a number that the class has for it, or 99 and a word of ours. */
export interface Activity {
  readonly id: number;
  readonly name: string;
}

/** Attributes in the schema's own spelling. What is undefined is left out of the JSON. */
export type OcsfAttributes = Readonly<Record<string, unknown>>;

/** What a mapper says of one event. */
export interface EventDraft {
  readonly class: EventClassName;
  readonly activity: Activity;
  readonly severity: Severity;
  readonly status: "Success" | "Failure";
  readonly attributes: OcsfAttributes;
  /** What the schema has no attribute for. */
  readonly unmapped?: OcsfAttributes;
  readonly profiles?: readonly string[];
}

/** An event as it is sent, whole. */
export interface OcsfEvent extends OcsfAttributes {
  readonly class_uid: number;
  readonly category_uid: number;
  readonly activity_id: number;
  readonly type_uid: number;
  readonly severity_id: number;
  readonly time: number;
  readonly metadata: OcsfAttributes & { readonly uid: string };
}

/** An activity for which the class has no number. */
export function otherActivity(name: string): Activity {
  return { id: 99, name };
}

/** Gives a draft what every event has: the numbers of its class, the time, and an id of its own by which a receiver knows it again. */
export function ocsfEvent(draft: EventDraft, now: Date = new Date(), uid: string = randomUUID()): OcsfEvent {
  const { uid: classUid, caption, category } = eventClasses[draft.class];
  const { activity, severity, status, profiles } = draft;
  return {
    class_uid: classUid,
    class_name: caption,
    category_uid: category.uid,
    category_name: category.caption,
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: classUid * 100 + activity.id,
    type_name: `${caption}: ${activity.name}`,
    severity_id: severities[severity],
    severity,
    status_id: status === "Success" ? 1 : 2,
    status,
    time: now.getTime(),
    metadata: { version: OCSF_VERSION, product, uid, ...(profiles === undefined ? {} : { profiles }) },
    ...draft.attributes,
    ...(draft.unmapped === undefined ? {} : { unmapped: draft.unmapped }),
  };
}
