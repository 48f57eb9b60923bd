import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { TestConversation } from "./testing/conversation.ts";

/** An attempt of `test/evasions` that is made of raw messages. */
interface Case {
  readonly id: string;
  readonly expect: "benign" | "masked" | "safe" | "refused";
  readonly steps: readonly { readonly hex?: string; readonly reply?: boolean }[];
}

const parseCase: (line: string) => Case = JSON.parse;

const cases = readFileSync(new URL("../../../../test/evasions/mongo.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => parseCase(line))
  .filter(({ steps }) => steps.some(({ hex }) => hex !== undefined));

/** A policy that lets its principal read, and no more. */
const denied = ["insert", "update", "delete", "create", "drop", "alter", "call", "admin"] as const;

/** What a principal comes to who may only read: how each message ends, or `ended` where the session does. */
async function outcomeOf(one: Case): Promise<readonly string[]> {
  const talk = await TestConversation.begin(denied);
  const outcomes: string[] = [];
  for (const { hex, reply } of one.steps) {
    if (hex === undefined) continue;
    try {
      outcomes.push(talk.client(Buffer.from(hex, "hex")).step);
      if (reply === false) expect(talk.toClient).toEqual([]);
    } catch (error) {
      // a message that never becomes whole is held back until the client goes
      expect(error instanceof GatewayError || String(error).includes("not complete")).toBe(true);
      outcomes.push("ended");
    }
  }
  expect(talk.toServer).toHaveLength(outcomes.filter((outcome) => outcome === "judge").length);
  return outcomes;
}

describe("the evasion cases in raw messages", () => {
  it.each(cases.filter((one) => one.expect === "refused"))("$id does not reach the server", async (one) => {
    expect((await outcomeOf(one)).filter((outcome) => outcome !== "refuse" && outcome !== "ended")).toEqual([]);
  });

  it.each(cases.filter((one) => one.expect === "benign"))("$id is read", async (one) => {
    const talk = await TestConversation.begin();
    for (const { hex } of one.steps) {
      if (hex !== undefined) expect(["judge", "reply"]).toContain(talk.client(Buffer.from(hex, "hex")).step);
    }
  });

  it.each(cases.filter((one) => one.expect === "safe"))("$id ends one way or the other", async (one) => {
    expect(await outcomeOf(one)).not.toEqual([]);
  });
});
