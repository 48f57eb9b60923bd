import { describe, expect, it } from "vitest";
import { documentText } from "./document-text.ts";
import { eventLine } from "./event-line.ts";
import { distance, stamp } from "./moments.ts";
import { shown, shownLines } from "./shown.ts";
import { fields, table } from "./table.ts";

const now = Date.parse("2027-01-31T18:00:00Z");

describe("table", () => {
  it("makes columns as wide as what is in them", () => {
    expect(
      table(
        ["NAME", "KIND"],
        [
          ["alice", "human"],
          ["山田", "x"],
        ],
      ),
    ).toBe("NAME   KIND\nalice  human\n山田   x");
  });

  it("lets no text from elsewhere move the cursor or hide what follows", () => {
    expect(table(["NAME"], [["a\u001b[2Jb\u202ec\nd"]])).toBe("NAME\na\\u{1b}[2Jb\\u{202e}c\\u{a}d");
  });
});

describe("fields", () => {
  it("leave out what stands for nothing", () => {
    expect(fields({ name: "alice", groups: "", roles: undefined, kind: "human" })).toBe("name  alice\nkind  human");
  });
});

describe("shown", () => {
  it("escapes what does not print, and keeps lines lines", () => {
    expect(shown("a\tb")).toBe("a\\u{9}b");
    expect(shownLines("a\nb\rc")).toBe("a\nb\\u{d}c");
  });
});

describe("distance", () => {
  it.each([
    ["2027-01-31T18:00:59Z", "in 59 s"],
    ["2027-01-31T19:00:00Z", "in 1 h"],
    ["2027-01-31T17:58:01Z", "1 min ago"],
    ["2027-01-28T17:58:01Z", "3 d ago"],
    ["2027-01-31T18:00:00Z", "0 s ago"],
    [undefined, ""],
  ])("of %s is %s", (moment, text) => {
    expect(distance(moment, now)).toBe(text);
  });

  it("and stamp say nothing of what is not there", () => {
    expect(stamp(undefined)).toBe("");
    expect(stamp("2027-01-31T18:00:00.123Z")).toBe("2027-01-31 18:00:00");
  });
});

describe("eventLine", () => {
  const at = "2027-01-31T18:00:00.123Z";
  const line = (event: object): string => eventLine(JSON.stringify({ at, ...event }));

  it("says what happened in words", () => {
    expect(line({ type: "opened", principal: "bob", address: "10.0.0.1", connection: "shop" })).toBe(
      "18:00:00.123  opened by bob from 10.0.0.1 on shop",
    );
    expect(line({ type: "statement", text: "select\n  1", decision: { kind: "allow", masked: ["email"] } })).toBe(
      "18:00:00.123  allowed, masked email  select 1",
    );
    expect(
      line({ type: "statement", text: "drop table t", decision: { kind: "deny", rule: "p#1", because: "no" } }),
    ).toBe("18:00:00.123  refused by p#1 (no)  drop table t");
    expect(line({ type: "closed", reason: "client-goodbye" })).toBe("18:00:00.123  closed: client-goodbye");
  });

  it("shows what it does not know as it came, without what moves the cursor", () => {
    expect(line({ type: "held" })).toBe(`18:00:00.123  {"at":"${at}","type":"held"}`);
    expect(eventLine("not json\u001b[2J")).toBe("not json\\u{1b}[2J");
    expect(eventLine("[1]")).toBe("[1]");
  });
});

describe("documentText", () => {
  it("puts the kind first, so that it can be applied again", () => {
    expect(documentText("policy", { rules: [], policy: "p" })).toBe("policy: p\nrules: []");
  });
});
