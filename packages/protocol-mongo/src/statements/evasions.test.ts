import { readFileSync } from "node:fs";
import { EJSON, type Document } from "bson";
import { describe, expect, it } from "vitest";
import { verbsOfCommand } from "./testing/read-with.ts";

/** An attempt of `test/evasions`, as far as its commands go; what lies in raw messages is tried on the inspector. */
interface Case {
  readonly id: string;
  readonly expect: "benign" | "masked" | "safe" | "refused";
  readonly steps: readonly Step[];
}

/** A command by itself, or with what belongs to it. */
interface Step {
  readonly db?: string;
  readonly command?: Document;
  readonly as?: string;
  readonly sections?: Readonly<Record<string, readonly Document[]>>;
  readonly hex?: string;
}

const parseCase: (line: string) => Case = EJSON.parse;
const parseCommand: (text: string) => Document = EJSON.parse;

const cases = readFileSync(new URL("../../../../test/evasions/mongo.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => parseCase(line));

/**
 * Only to be refused by rules about collections, databases, paths and values: other collections (`join`, `meta`, `cursor`), what a
 * condition gives away (`oracle`), and the watching of a whole database (`stream-02`). `cursor-04` and `-05` are kept by the seal.
 */
const decidedByOtherRules =
  /^(join-(06|07|12|14|17)|oracle-(0\d|1[0-46-8]|2\d|3[0-3])|meta-(2[0-8])|cursor-0[345]|stream-02|type-06)$/;
/** `hello` is answered by the gateway, which looks at nothing in it but what it knows. */
const answered = /^session-02$/;

const harmless: ReadonlySet<string> = new Set(["read", "session", "transaction", "explain"]);

/** The verbs of every command that comes through the gateway. */
function verbsIn({ steps }: Case): readonly string[] {
  return steps.flatMap((step) => {
    const { db = "shop", command = step, as: by, sections, hex } = step;
    if (hex !== undefined || by === "direct" || "hello" in command) return [];
    return verbsOfCommand(withCursor({ ...command, $db: db }), sections).split(" ");
  });
}

/** With a number where a case has the last cursor's. */
function withCursor(command: Document): Document {
  const text = EJSON.stringify(command, { relaxed: false }).replaceAll(/\{"\$var":"\w+"\}/g, '{"$numberLong":"7"}');
  return parseCommand(text);
}

function isRead({ steps }: Case): boolean {
  return steps.some(({ hex, as: by }) => hex === undefined && by !== "direct");
}

describe("the evasion cases", () => {
  it.each(cases.filter((one) => one.expect === "benign" || one.expect === "masked"))("$id is read", (one) => {
    expect(verbsIn(one).filter((verb) => verb === "unknown" || verb === "not-found")).toEqual([]);
  });

  const refused = cases.filter((one) => one.expect === "refused" && isRead(one) && !answered.test(one.id));

  it.each(refused.filter(({ id }) => !decidedByOtherRules.test(id)))("$id does not pass for a query", (one) => {
    expect(verbsIn(one).filter((verb) => !harmless.has(verb))).not.toEqual([]);
  });

  it.each(refused.filter(({ id }) => decidedByOtherRules.test(id)))(
    "$id is left to other rules and no more than a query",
    (one) => {
      expect(verbsIn(one).filter((verb) => !harmless.has(verb))).toEqual([]);
    },
  );
});
