import { describe, expect, it } from "vitest";
import { HeardPlaces } from "./heard.ts";

describe("what was heard", () => {
  it("names the place that tells a secret, whenever it was heard, and not the one that is there to tell it", () => {
    const heard = new HeardPlaces();
    heard.hear("log", "the ticket is a-ticket-of-bobs, surprisingly");
    heard.hear("mint", "a-ticket-of-bobs", ["ticket"]);
    heard.hear("silence", "");
    heard.keep("ticket", "another-ticket", "a-ticket-of-bobs");
    expect(heard.leaksOf("ticket")).toEqual(["log: the ticket is [a-ticket…]"]);
    expect(heard.leaksOf("mask key")).toEqual([]);
    heard.hear("mint", Buffer.from("a-ticket-of-bobs").toString("base64"), ["mask key"]);
    expect(heard.leaksOf("ticket")).toHaveLength(2);
    expect(heard.places).toEqual(["log", "mint"]);
  });
});
