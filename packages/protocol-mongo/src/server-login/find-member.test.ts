import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { findMember, type Visit } from "./find-member.ts";
import { readMongoOptions } from "./mongo-options.ts";
import type { Role, ServerHello } from "./server-hello.ts";

/** What a member says; undefined where it cannot be reached. */
type Members = Readonly<Record<string, Partial<ServerHello> | undefined>>;

/**
 * Looks for a member among these, from the one under the empty name; resolves to where it stayed. `visited` gets each that was
 * dialled.
 */
function look(readPreference: string, members: Members, visited: string[] = []): Promise<string> {
  const { rounds } = readMongoOptions({ readPreference });
  return findMember(rounds, async (address, stay): Promise<Visit<string>> => {
    const name = address === undefined ? "" : `${address.host}:${address.port}`;
    visited.push(name);
    const member = members[name];
    if (member === undefined) return { kind: "lost", error: new GatewayError("server/unreachable", `lost ${name}`) };
    const hello = helloOf(member);
    return stay(hello) ? { kind: "stayed", result: name } : { kind: "left", hello };
  });
}

function helloOf(member: Partial<ServerHello>): ServerHello {
  const about = {
    topology: "replica-set",
    role: "secondary",
    setName: "rs",
    me: undefined,
    mechanisms: undefined,
  } as const;
  return { ...about, members: [], limits: {}, ...member };
}

const primary = { role: "primary" } as const;
const all = ["a:1", "b:2", "c:3"];

describe("findMember", () => {
  it.each<[string, string, Members, string]>([
    ["what has no members", "secondary", { "": { role: "sole", setName: undefined } }, ""],
    ["the primary at once", "primary", { "": primary }, ""],
    ["the primary that is told of", "primary", { "": { members: ["b:2", "a:1"] }, "b:2": primary }, "b:2"],
    [
      "the primary that another tells of",
      "primary",
      { "": { members: ["a:1"] }, "a:1": { members: ["d:4"] }, "d:4": primary },
      "d:4",
    ],
    ["the primary behind one that is lost", "primary", { "": { members: all }, "c:3": primary }, "c:3"],
    ["the seed itself, second best", "primaryPreferred", { "": { members: all } }, ""],
    ["the primary, second best", "secondaryPreferred", { "": { ...primary, members: all } }, ""],
    [
      "a secondary that is another than the seed",
      "secondary",
      { "": { ...primary, members: all, me: "a:1" }, "b:2": {} },
      "b:2",
    ],
    [
      "no member of another set",
      "primary",
      { "": { members: all }, "a:1": { ...primary, setName: "other" }, "b:2": primary },
      "b:2",
    ],
    ["an address in brackets", "primary", { "": { members: ["[::1]:5"] }, "::1:5": primary }, "::1:5"],
  ])("finds %s", async (_, readPreference, members, at) => {
    expect(await look(readPreference, members)).toBe(at);
  });

  it.each<[string, string, Members, RegExp]>([
    ["at an address that cannot be reached", "primary", {}, /lost/],
    [
      "where nobody is the primary",
      "primary",
      { "": { members: all }, "a:1": {}, "b:2": {} },
      /no member of the set fits/,
    ],
    [
      "where all that are left are arbiters",
      "nearest",
      { "": { role: "other", members: all }, "a:1": { role: "other" } },
      /no member/,
    ],
    [
      "at addresses that are none",
      "primary",
      { "": { members: ["a", "a:0", "a:99999", "a b:1", ":1", "[x]:1"] } },
      /no member/,
    ],
  ])("finds nothing %s", async (_, readPreference, members, reason) => {
    await expect(look(readPreference, members)).rejects.toThrow(reason);
  });

  it("ends after a few visits, whatever members say of each other", async () => {
    const name = fc.constantFrom("a:1", "b:2", "c:3", "d:4", "e:5");
    const member = fc.option(
      fc.record({
        role: fc.constantFrom<Role>("primary", "secondary", "other"),
        setName: fc.constantFrom("rs", "other"),
        members: fc.array(
          fc.oneof(
            name,
            fc.nat(1_000).map((port) => `x:${port}`),
          ),
          { maxLength: 50 },
        ),
        me: fc.option(name, { nil: undefined }),
      }),
      { nil: undefined },
    );
    const members = fc.dictionary(fc.oneof(name, fc.constant("")), member);
    const preference = fc.constantFrom("primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest");
    await fc.assert(
      fc.asyncProperty(members, preference, async (all, readPreference) => {
        const visited: string[] = [];
        const found = await look(readPreference, all, visited).catch((error: unknown) => error);
        if (typeof found !== "string") expect(found).toMatchObject({ code: "server/unreachable" });
        expect(visited.length).toBeLessThanOrEqual(21);
        // once in each of at most two rounds
        for (const one of visited) expect(visited.filter((other) => other === one).length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
