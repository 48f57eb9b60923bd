import { errorTable, type ErrorCode } from "@sallyport/shared/errors";
import type { Verb } from "@sallyport/shared/verb";
import type { Denial } from "../policy/decision.ts";
import type { RecordedEvent } from "../recording/recorded-event.ts";
import { eventText, ocsfEndpoint, ocsfUser } from "./event-parties.ts";
import { otherActivity, type Activity, type EventDraft, type Severity } from "./ocsf-event.ts";

export type OpenedSession = Extract<RecordedEvent, { readonly type: "opened" }>;
export type RecordedStatement = Extract<RecordedEvent, { readonly type: "statement" }>;

const MAX_OBJECTS = 50;

const write = { id: 5, name: "Write" };
const update = { id: 2, name: "Update" };
const remove = { id: 7, name: "Delete" };

/** The schema's word for each verb that it has one for; the others go by their own. */
const activities: Partial<Record<Verb, Activity>> = {
  read: { id: 4, name: "Query" },
  "copy-out": { id: 1, name: "Read" },
  insert: write,
  merge: write,
  "copy-in": write,
  update,
  alter: update,
  delete: remove,
  truncate: remove,
  drop: remove,
  create: { id: 6, name: "Create" },
};

const severities: Partial<Record<ErrorCode, Severity>> = { "policy/denied": "Medium", "policy/unavailable": "High" };

/**
 * That a statement was refused. Its text and parameters stay in the recording, to which session and statement lead: a text holds values, and an
 * event goes further than a recording does. So does what a parser says of a text that it cannot read, which quotes it.
 */
export function statementRefused(session: OpenedSession, statement: RecordedStatement, denial: Denial): EventDraft {
  const { verb, code, rule, version } = denial;
  const { summary } = errorTable[code];
  return {
    class: "datastore-activity",
    activity: activities[verb] ?? otherActivity(verb),
    severity: severities[code] ?? "Low",
    status: "Failure",
    profiles: ["security_control"],
    attributes: {
      status_code: code,
      status_detail: code === "policy/denied" ? eventText(denial.because) : summary,
      action_id: 2,
      action: "Denied",
      disposition_id: 2,
      disposition: "Blocked",
      policy: { name: rule?.replace(/#\d+$/, "") ?? "default deny", uid: rule, version },
      actor: { user: ocsfUser({ ...session, name: session.principal }), session: { uid: session.session } },
      src_endpoint: ocsfEndpoint(session.address),
      dst_endpoint: { name: session.connection },
      type_id: 1,
      type: "Database",
      database: { name: session.database ?? session.connection, type: session.protocol },
    },
    unmapped: {
      protocol: session.protocol,
      connection: session.connection,
      on_behalf_of: session.onBehalfOf,
      statement: statement.id,
      stage: statement.stage,
      verbs: statement.verbs,
      objects: statement.objects?.slice(0, MAX_OBJECTS).map((name) => eventText(name, 256)),
    },
  };
}
