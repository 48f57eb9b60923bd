import { GatewayError } from "@sallyport/shared/errors";
import type { Statement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../recording/recorded-event.ts";
import type { Recording } from "../recording/recorder.ts";
import { PolicyGate } from "./policy-gate.ts";
import { createPolicyEngine } from "./policy-engine.ts";
import { createFixtureStore } from "./testing/fixture-store.ts";
import { from, output, statement as readStatement, table } from "./testing/lineage-builders.ts";

const documents = `
policy: shop
who: { principals: ["*"] }
where: { connections: ["*"] }
rules:
  - allow: [read]
  - deny: [drop]
    because: Ask the owner.
`;

function statement(verb: Verb, changes: Partial<Statement> = {}): Statement {
  return { parsed: { text: `${verb} it`, verbs: [verb] }, stage: "run", parameters: [], ...changes };
}

/** A gate over real policy, with a recording that a test looks into or makes fail. */
function opened(text = documents) {
  const events: RecordedEvent[] = [];
  const steps: string[] = [];
  let failure: GatewayError | undefined;
  const recording: Recording = {
    append(event) {
      if (failure !== undefined) throw failure;
      events.push(event);
      if (event.type === "statement") steps.push(`record ${event.text}`);
    },
    commit: () => undefined,
    close: () => undefined,
  };
  const store = createFixtureStore(text);
  const principal = { name: "alice", kind: "human", groups: [], claims: {} } as const;
  const view = createPolicyEngine(store).viewFor({ principal, connection: "shop", database: undefined });
  const decide: typeof view.decide = (parsed) => {
    steps.push(`decide ${parsed.text}`);
    return view.decide(parsed);
  };
  const fail = (after: number): void => {
    const append = recording.append.bind(recording);
    let left = after;
    recording.append = (event) => {
      if (left === 0) failure = new GatewayError("recording/failed", "the disk is full");
      left -= 1;
      append(event);
    };
  };
  return { gate: new PolicyGate({ ...view, decide }, recording), events, steps, store, fail };
}

describe("the policy gate", () => {
  it("decides, records, and only then gives a permit, which names the record", () => {
    const { gate, events, steps } = opened();
    const verdict = gate.pass([statement("read")]);
    expect(steps).toEqual(["decide read it", "record read it"]);
    expect(events).toMatchObject([{ type: "statement", id: "1", decision: { kind: "allow", rules: ["shop#1"] } }]);
    expect(verdict).toMatchObject({ kind: "passed", permits: [{ id: "1" }] });
  });

  it("gives permits that can be spent once, each with an id of its own", () => {
    const { gate } = opened();
    const verdict = gate.pass([statement("read"), statement("read")]);
    if (verdict.kind !== "passed") throw new Error("it was refused");
    expect(verdict.permits.map(({ id }) => id)).toEqual(["1", "2"]);
    for (const permit of verdict.permits) {
      permit.spend();
      expect(() => permit.spend()).toThrow(/spent twice/);
    }
    expect(gate.statements).toBe(2);
  });

  it("records what it refuses, and says why in words for the client", () => {
    const { gate, events } = opened();
    const verdict = gate.pass([statement("drop")]);
    expect(events).toMatchObject([{ decision: { kind: "deny", code: "policy/denied", rule: "shop#2" } }]);
    if (verdict.kind !== "refused") throw new Error("it passed");
    expect(verdict.error.code).toBe("policy/denied");
    expect(verdict.error.detail).toContain("Ask the owner.");
    expect(verdict.error.detail).toContain("shop#2");
  });

  it("lets all statements of a frame pass or none, and records each", () => {
    const { gate, events } = opened();
    const verdict = gate.pass([statement("read"), statement("insert"), statement("read")]);
    expect(verdict.kind).toBe("refused");
    expect(events).toMatchObject([
      { id: "1" },
      { id: "2", decision: { kind: "deny" } },
      { id: "3" },
      { type: "outcome", permit: "1", result: "skipped" },
      { type: "outcome", permit: "3", result: "skipped" },
    ]);
    if (verdict.kind === "refused") expect(verdict.error.detail).toContain("None of the statements");
  });

  it.each([0, 1, 2])("lets nothing pass when the record fails after %d of three", (after) => {
    const { gate, fail } = opened();
    fail(after);
    const three = [statement("read"), statement("read"), statement("read")];
    expect(() => gate.pass(three)).toThrow(/recording\/failed/);
    expect(() => gate.pass([statement("read")])).toThrow(/recording\/failed/);
  });

  it("refuses everything while documents cannot be read, and records that too", () => {
    const { gate, store, events } = opened();
    store.replace(undefined);
    expect(gate.pass([statement("read")])).toMatchObject({ kind: "refused", error: { code: "policy/unavailable" } });
    expect(events).toMatchObject([{ decision: { kind: "deny", code: "policy/unavailable" } }]);
    store.replace(documents);
    expect(gate.pass([statement("read")]).kind).toBe("passed");
  });

  it("records parameters where there are any", () => {
    const { gate, events } = opened();
    gate.pass([statement("read", { parameters: [{ format: "text", value: Buffer.from("42") }] }), statement("read")]);
    expect(events[0]).toMatchObject({ parameters: ["42"] });
    expect(events[1]).not.toHaveProperty("parameters");
  });

  it("has nothing against a frame without a statement, which needs no permit", () => {
    const { gate, events } = opened();
    expect(gate.pass([])).toEqual({ kind: "passed", permits: [] });
    expect(events).toEqual([]);
  });

  it("passes on with the permit what is to become of the result, and records what is masked, not how", () => {
    const { gate, events } = opened(`${documents}masks: [{ find: [iban], with: redact }]\n`);
    const verdict = gate.pass([statement("read", { parsed: readStatement(["read"], {}) })]);
    if (verdict.kind !== "passed") throw new Error("it was refused");
    expect(verdict.permits[0]?.plan?.find).toHaveLength(1);
    expect(events).toMatchObject([{ decision: { kind: "allow", rules: ["shop#1"] } }]);
    expect(events[0]).not.toHaveProperty("decision.plan");
    expect(events[0]).not.toHaveProperty("decision.masked");
  });

  it("records the columns that are masked", () => {
    const people = table("public.people", ["name", "mail"]);
    const { gate, events } = opened(`${documents}masks: [{ columns: [public.people.mail], with: email }]\n`);
    const outputs = [output("n", from(people, "name")), output("m", from(people, "mail"))];
    gate.pass([statement("read", { parsed: readStatement(["read"], { outputs }) })]);
    expect(events).toMatchObject([{ decision: { kind: "allow", masked: ["m"] } }]);
  });

  describe("where statements are counted", () => {
    const limited = documents.replace("allow: [read]", "allow: [read]\n    limit: { statementsPerMinute: 2 }");

    it("lets as many run as policy says, and refuses the others as it records", () => {
      const { gate, events } = opened(limited);
      const verdicts = [1, 2, 3].map(() => gate.pass([statement("read")]));
      expect(verdicts.map(({ kind }) => kind)).toEqual(["passed", "passed", "refused"]);
      const detail = "Policy lets 2 statements run in a minute, and these would be more. Try again in a moment.";
      expect(verdicts[2]).toMatchObject({ error: { code: "session/limit", detail } });
      expect(events[2]).toMatchObject({ decision: { kind: "deny", code: "session/limit" } });
    });

    it("takes what is sent together as one", () => {
      const { gate } = opened(limited);
      expect(gate.pass([statement("read"), statement("read"), statement("read")]).kind).toBe("refused");
      expect(gate.pass([statement("read"), statement("read")]).kind).toBe("passed");
    });

    it("does not count what is only defined, nor what is refused", () => {
      const { gate } = opened(limited);
      for (const one of [statement("read", { stage: "define" }), statement("drop")]) {
        for (let times = 0; times < 3; times++) gate.pass([one]);
      }
      expect(gate.pass([statement("read"), statement("read")]).kind).toBe("passed");
    });
  });
});
