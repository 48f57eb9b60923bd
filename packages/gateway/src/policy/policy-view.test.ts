import type { Principal } from "@sallyport/shared/principal";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { describe, expect, it } from "vitest";
import { createFixtureStore } from "./testing/fixture-store.ts";
import { createPolicyEngine } from "./policy-engine.ts";
import { viewOfRules } from "./testing/view-of-rules.ts";

const bob: Principal = { name: "bob", kind: "human", groups: ["engineers"], claims: {} };
const subject = { principal: bob, connection: "shop", database: "shop" };

const statement = (...verbs: Verb[]): ParsedStatement => ({ text: "…", verbs });

function policy(name: string, rules: string, more = ""): string {
  return `---\npolicy: ${name}\nwho: { groups: [engineers] }\nwhere: { connections: [shop] }\nrules: ${rules}\n${more}\n`;
}

function viewOf(text: string, clock = { now: new Date("2026-06-01T12:00:00Z") }) {
  const store = createFixtureStore(text);
  return { store, clock, view: createPolicyEngine(store, () => clock.now).viewFor(subject) };
}

describe("decide", () => {
  const two =
    policy("reading", "[{ allow: [read, explain] }, { allow: [insert] }]") +
    policy("guard", "[{ deny: [drop, insert], because: Ask the owners. }, { deny: [grant] }, { allow: [update] }]");

  it.each<[Verb[], object]>([
    [["read"], { kind: "allow", rules: ["reading#1"] }],
    [["read", "update"], { kind: "allow", rules: ["reading#1", "guard#3"] }],
    [
      ["read", "delete"],
      {
        kind: "deny",
        code: "policy/denied",
        rule: undefined,
        verb: "delete",
        because: "No rule allows delete on shop for bob.",
      },
    ],
    [
      ["read", "insert"],
      {
        kind: "deny",
        code: "policy/denied",
        rule: "guard#1",
        verb: "insert",
        because: "Ask the owners.",
      },
    ],
    [["delete", "drop"], { kind: "deny", rule: "guard#1", verb: "drop" }],
    [["grant"], { kind: "deny", rule: "guard#2", because: "Policy guard denies grant." }],
    [["unknown"], { kind: "deny", code: "policy/unreadable", rule: undefined, verb: "unknown" }],
    [["read", "unknown"], { kind: "deny", code: "policy/unreadable", verb: "unknown" }],
    [[], { kind: "deny", code: "policy/unreadable", verb: "unknown" }],
  ])("%j", (verbs, expected) => {
    expect(viewOf(two).view.decide(statement(...verbs))).toMatchObject(expected);
  });

  it("says why a statement was not understood", () => {
    const { view } = viewOf(two);
    const unread: ParsedStatement = {
      text: "…",
      verbs: ["unknown"],
      unknownBecause: "syntax error at line 3",
    };
    expect(view.decide(unread)).toMatchObject({ because: "syntax error at line 3" });
  });

  it("lets * mean everything that is understood", () => {
    const { view } = viewOf(policy("all", "[{ allow: ['*'] }]"));
    expect(view.decide(statement("drop", "admin", "copy-out"))).toMatchObject({ kind: "allow" });
    expect(view.decide(statement("unknown"))).toMatchObject({ kind: "deny" });
  });

  it("denies everything where no policy concerns the subject", () => {
    const { view } = viewOf("# none");
    expect(view.decide(statement("read"))).toMatchObject({ kind: "deny", rule: undefined });
    expect(view.access()).toEqual({
      kind: "none",
      because: "No policy gives bob access to shop/shop now.",
    });
  });

  it("gives one answer object to one statement from the second time on, until documents change", () => {
    const { view, store } = viewOf(two);
    const read = statement("read");
    view.decide(read);
    const first = view.decide(read);
    expect(view.decide(read)).toBe(first);
    store.replace(policy("reading", "[{ deny: [read] }]"));
    const second = view.decide(read);
    expect(second).toMatchObject({ kind: "deny", rule: "reading#1" });
    expect(second.version).not.toBe(first.version);
  });

  it("denies while documents are unreadable, and allows again when they are mended", () => {
    const { view, store } = viewOf(two);
    const read = statement("read");
    view.decide(read);
    store.replace(undefined);
    expect(view.decide(read)).toMatchObject({
      kind: "deny",
      code: "policy/unavailable",
      version: "none",
    });
    expect(() => view.access()).toThrow(expect.objectContaining({ code: "policy/unavailable" }));
    store.replace(two);
    expect(view.decide(read)).toMatchObject({ kind: "allow" });
  });
});

describe("time", () => {
  const night = policy("day", "[{ allow: [read] }]", 'when: { hours: "08:00-20:00 UTC", until: 2026-06-02 }');

  it("ends and begins access at the edge of the hours, without a change of documents", () => {
    const { view, clock } = viewOf(night);
    const read = statement("read");
    expect(view.decide(read).kind).toBe("allow");
    clock.now = new Date("2026-06-01T19:59:59.999Z");
    expect(view.decide(read).kind).toBe("allow");
    clock.now = new Date("2026-06-01T20:00:00Z");
    expect(view.decide(read).kind).toBe("deny");
    expect(view.access().kind).toBe("none");
    clock.now = new Date("2026-06-02T08:00:00Z");
    expect(view.decide(read).kind).toBe("allow");
    expect(view.access().kind).toBe("some");
    clock.now = new Date("2026-06-03T12:00:00Z");
    expect(view.decide(read).kind).toBe("deny");
    expect(view.nextChange()).toBeUndefined();
  });

  it("heeds a clock that is put back", () => {
    const { view, clock } = viewOf(night);
    view.decide(statement("read"));
    clock.now = new Date("2026-06-01T07:00:00Z");
    expect(view.decide(statement("read")).kind).toBe("deny");
  });

  it("announces the next change, an hour ahead at most", () => {
    const { view, clock } = viewOf(night);
    expect(view.nextChange()).toEqual(new Date("2026-06-01T13:00:00Z"));
    clock.now = new Date("2026-06-01T19:30:00Z");
    expect(view.nextChange()).toEqual(new Date("2026-06-01T20:00:00Z"));
  });

  it("lets a deny rule hold only at its time", () => {
    const { view, clock } = viewOf(
      policy("always", "[{ allow: ['*'] }]") +
        policy("freeze", "[{ deny: [alter] }]", 'when: { hours: "18:00-06:00 UTC" }'),
    );
    const alter = statement("alter");
    expect(view.decide(alter).kind).toBe("allow");
    clock.now = new Date("2026-06-01T18:00:00Z");
    expect(view.decide(alter)).toMatchObject({ kind: "deny", rule: "freeze#1" });
  });

  it("keeps decisions over an hour's edge that concerns only others", () => {
    const { view, clock } = viewOf(
      policy("always", "[{ allow: [read] }]") + policy("done", "[{ allow: [drop] }]", "when: { until: 2026-01-01 }"),
    );
    const read = statement("read");
    view.decide(read);
    const kept = view.decide(read);
    clock.now = new Date("2026-08-01T12:00:00Z");
    expect(view.decide(read)).toBe(kept);
  });
});

describe("access", () => {
  it("needs a rule that allows something", () => {
    expect(viewOf(policy("guard", "[{ deny: [drop] }]")).view.access().kind).toBe("none");
  });

  it("has the smallest limits of all policies that apply now", () => {
    const { view } = viewOf(
      policy("a", "[{ allow: [read] }]", "session: { max: 2h }") +
        policy("b", "[{ deny: [drop] }]", "session: { max: 8h, idle: 15m }") +
        policy("c", "[{ allow: [read] }]", "session: { max: 1s }\nwhen: { until: 2026-01-01 }"),
    );
    expect(view.access()).toEqual({ kind: "some", session: { maxMs: 7_200_000, idleMs: 900_000 } });
  });

  it("has no limits where no policy sets one", () => {
    expect(viewOf(policy("a", "[{ allow: [read] }]")).view.access()).toEqual({
      kind: "some",
      session: { maxMs: undefined, idleMs: undefined, sessions: undefined },
    });
  });
});

describe("needsObjects", () => {
  it.each([
    ["rules: [{ allow: ['*'], limit: { rows: 1 } }, { deny: [drop], because: No. }]", false],
    ["rules: [{ allow: [read], on: [public.*] }]", true],
    ["rules: [{ allow: [read], except: [public.x] }]", true],
    ["rules: [{ allow: [read], columns: [id] }]", true],
    ["rules: [{ allow: [read], exceptColumns: [id] }]", true],
    ["rules: [{ allow: [read], functions: [public.f] }]", true],
    ["rules: [{ allow: [read] }, { deny: [read], on: [hr.*] }]", true],
    ["rules: [{ allow: [read] }, { deny: [read], columns: [ssn] }]", true],
    ["rules: [{ allow: [read] }, { deny: [delete], if: [noWhere] }]", true],
    ["rules: [{ allow: [read] }]\nmasks: [{ columns: [a.b.c], with: hash }]", true],
    ["rules: [{ allow: [read] }]\nmasks: [{ find: [{ pattern: x }], with: { partial: 4 } }]", true],
    ["rules: [{ allow: [read], on: [public.*] }]\nwhen: { until: 2026-01-01 }", false],
  ])("%s: %s", (keys, needed) => {
    expect(viewOfRules(keys).needsObjects).toBe(needed);
  });

  it("is false while documents cannot be read, when nothing passes anyway", () => {
    const { store, view } = viewOf(policy("a", "[{ allow: [read], on: [public.*] }]"));
    store.replace(undefined);
    expect([view.needsObjects, view.readOnly]).toEqual([false, false]);
  });
});

describe("readOnly", () => {
  it.each([
    ["rules: [{ allow: [read, session, transaction, explain, copy-out, listen, notify], on: [public.*] }]", true],
    ["rules: [{ allow: [read] }, { deny: ['*'], on: [hr.*] }]", true],
    ["rules: [{ allow: [read], on: [public.*] }, { allow: [insert], on: [pg_temp.*] }]", false],
    ["rules: [{ allow: [read, lock], on: [public.*] }]", false],
    // what speaks of verbs alone stays as it was
    ["rules: [{ allow: [read] }]", false],
  ])("%s: %s", (keys, readOnly) => {
    expect(viewOfRules(keys).readOnly).toBe(readOnly);
  });

  it("is false where another hour lets the session write", () => {
    const { view } = viewOf(
      policy("a", "[{ allow: [read], on: [public.*] }]") +
        policy("b", "[{ allow: [insert] }]", 'when: { hours: "22:00-23:00 UTC" }'),
    );
    expect(view.readOnly).toBe(false);
  });
});

describe("sessions", () => {
  it("are as few as the strictest rule says", () => {
    const { view } = viewOf(
      policy("a", "[{ allow: [read], limit: { sessions: 5 } }, { allow: [insert], limit: { sessions: 2 } }]") +
        policy("b", "[{ allow: [read], limit: { sessions: 1 } }]", "when: { until: 2026-01-01 }"),
    );
    expect(view.access()).toMatchObject({ session: { sessions: 2 } });
  });
});

describe("countRuns", () => {
  it("counts for one principal and connection together, whatever the session", () => {
    const store = createFixtureStore(policy("a", "[{ allow: [read] }]"));
    const engine = createPolicyEngine(store, () => new Date("2026-06-01T12:00:00Z"));
    const [one, two] = [engine.viewFor(subject), engine.viewFor({ ...subject, database: "other" })];
    const elsewhere = engine.viewFor({ ...subject, connection: "elsewhere" });
    expect([one.countRuns(1, 2), two.countRuns(1, 2), one.countRuns(1, 2)]).toEqual([true, true, false]);
    expect(elsewhere.countRuns(2, 2)).toBe(true);
  });
});
