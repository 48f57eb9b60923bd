import { GatewayError } from "@sallyport/shared/errors";
import { verbs } from "@sallyport/shared/verb";
import { describe, expect, it } from "vitest";
import { administrativeAct } from "./api-activity.ts";
import { loginRefused } from "./authentication.ts";
import { statementRefused } from "./datastore-activity.ts";
import { entityManaged } from "./entity-management.ts";
import { eventClasses } from "./event-classes.ts";
import { ocsfEvent } from "./ocsf-event.ts";

const peer = { session: "s-1", address: "10.0.0.7", protocol: "toy", listenerConnection: undefined };
const hello = { user: "mallory", database: "shop", settings: {}, encrypted: true };
const actor = { name: "ada", kind: "human", address: "10.0.0.8", requestId: "r-1" } as const;
const session = {
  type: "opened",
  session: "s-1",
  protocol: "toy",
  principal: "bob",
  kind: "service",
  groups: [],
  connection: "shop",
  address: "10.0.0.7",
  serverVersion: "1",
} as const;

describe("ocsfEvent", () => {
  it("has the numbers of its class, a time and an id", () => {
    const draft = entityManaged({ action: "created", kind: "policy", name: "p" }, actor);
    if (draft === undefined) throw new Error("it is about a policy");
    expect(ocsfEvent(draft, new Date(1_700_000_000_123), "id")).toMatchObject({
      class_uid: 3004,
      class_name: "Entity Management",
      category_uid: 3,
      type_uid: 300401,
      type_name: "Entity Management: Create",
      severity_id: 1,
      status_id: 1,
      time: 1_700_000_000_123,
      metadata: { version: "1.6.0", uid: "id", product: { name: "Sallyport", vendor_name: "Sallyport" } },
    });
    for (const { uid, category } of Object.values(eventClasses)) expect(Math.floor(uid / 1_000)).toBe(category.uid);
  });
});

describe("a refused login", () => {
  it("says what the client claimed, and why not", () => {
    const error = new GatewayError("login/failed", "the token is for another audience");
    expect(loginRefused(hello, peer, error)).toMatchObject({
      severity: "Medium",
      attributes: {
        user: { name: "mallory" },
        status_code: "login/failed",
        status_detail: "the token is for another audience",
        service: { name: "shop" },
      },
    });
  });

  it("shows no token that was given as the name, and no text of an error that nobody expected", () => {
    const token = `ey${"a".repeat(20)}.ey${"b".repeat(20)}.${"c".repeat(20)}`;
    const error = new GatewayError("internal/unexpected", `cannot read ${token} canary`);
    const text = JSON.stringify(loginRefused({ ...hello, user: token, database: token }, peer, error));
    expect(text).not.toContain("canary");
    expect(text).not.toContain("bbbb");
  });
});

describe("a refused statement", () => {
  const statement = {
    type: "statement",
    id: "7",
    stage: "run",
    text: "delete canary",
    verbs: ["delete"],
    objects: Array.from({ length: 1_000 }, (_, index) => `t${index}`),
    decision: { kind: "allow", rules: [], version: "1" },
  } as const;
  const denial = { kind: "deny", rule: "p#2", verb: "delete", because: "No.", version: "1" } as const;

  it("names the rule, and keeps text and long lists to itself", () => {
    const draft = statementRefused(session, statement, { ...denial, code: "policy/denied" });
    expect(draft).toMatchObject({
      activity: { name: "Delete" },
      attributes: { status_detail: "No.", policy: { name: "p", uid: "p#2" }, actor: { user: { type_id: 4 } } },
      unmapped: { statement: "7" },
    });
    expect(JSON.stringify(draft)).not.toContain("canary");
    expect(draft.unmapped?.["objects"]).toHaveLength(50);
  });

  it("does not repeat what a parser says of a text that it cannot read", () => {
    const draft = statementRefused(session, statement, {
      ...denial,
      code: "policy/unreadable",
      because: 'syntax error at "canary"',
    });
    expect(JSON.stringify(draft)).not.toContain("canary");
  });

  it("has an activity for every verb", () => {
    for (const verb of verbs) {
      const { activity } = statementRefused(session, statement, { ...denial, code: "policy/denied", verb });
      expect([verb, activity.id]).toEqual([verb, expect.any(Number)]);
    }
  });
});

describe("an administrative change", () => {
  it("that is too large is told of without what it says", () => {
    const entry = { action: "changed", kind: "policy", name: "p", before: { a: "x".repeat(10_000) }, after: { a: 1 } };
    expect(entityManaged(entry, actor)?.attributes).toMatchObject({
      entity: { name: "p", desc: "too large; the audit has it" },
      entity_result: { data: { a: 1 } },
    });
  });

  it("of nothing that is kept is an activity of the API", () => {
    const entry = { action: "killed", kind: "session", name: "s-1" };
    expect(entityManaged(entry, actor)).toBeUndefined();
    expect(administrativeAct(entry, { ...actor, address: undefined })).toMatchObject({
      class: "api-activity",
      activity: { id: 99, name: "killed" },
      attributes: {
        src_endpoint: { name: "local" },
        api: { operation: "killed session", request: { uid: "r-1" } },
        resources: [{ uid: "s-1", type: "session" }],
      },
    });
  });
});
