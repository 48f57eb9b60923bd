import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddressPattern } from "./address-pattern.ts";
import { createAllowList } from "./allow-list.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  "db.internal": ["10.1.2.3"],
  "rebound.example": ["10.1.2.3", "169.254.169.254"],
  "evil.example": ["169.254.169.254"],
};
const asked: string[] = [];
const resolve = (host: string) => {
  asked.push(host);
  return Promise.resolve(names[host.toLowerCase().replace(/\.$/, "")] ?? ["203.0.113.9"]);
};

describe("allow-list", () => {
  it.each([
    [["db.internal:5432"], "db.internal", 5432, ["10.1.2.3"]],
    [["db.internal:5432"], "DB.Internal.", 5432, ["10.1.2.3"]],
    [["db.internal:*"], "db.internal", 9, ["10.1.2.3"]],
    [["*.internal:5432"], "db.internal", 5432, ["10.1.2.3"]],
    [["10.1.2.3:5432"], "10.1.2.3", 5432, ["10.1.2.3"]],
    [["10.0.0.0/8:5432"], "10.9.9.9", 5432, ["10.9.9.9"]],
    [["10.0.0.0/8:5432"], "::ffff:10.9.9.9", 5432, ["::ffff:10.9.9.9"]],
    [["[fd00::/8]:5432"], "fd12::1", 5432, ["fd12::1"]],
    // a name that is not listed is dialled only where a listed network allows what it resolves to
    [["10.0.0.0/8:5432"], "rebound.example", 5432, ["10.1.2.3"]],
  ])("of %j lets %s:%i through as %j", async (patterns, host, port, addresses) => {
    expect(await createAllowList(patterns, resolve).resolve(host, port)).toEqual(addresses);
  });

  it.each([
    [["db.internal:5432"], "db.internal", 5433],
    [["db.internal:5432"], "db.internal.evil.example", 5432],
    [["*.internal:5432"], "internal", 5432],
    [["*.internal:5432"], "eviL-internal", 5432],
    [["db.internal:5432"], "10.1.2.3", 5432],
    [["10.0.0.0/8:5432"], "11.0.0.1", 5432],
    [["10.0.0.0/8:5432"], "evil.example", 5432],
    [["10.0.0.0/8:5432"], "2130706433", 5432],
    [["[fd00::/8]:5432"], "fe80::1", 5432],
    [["10.1.2.3:5432"], "", 5432],
  ])("of %j refuses %s:%i", async (patterns, host, port) => {
    await expect(createAllowList(patterns, resolve).resolve(host, port)).rejects.toMatchObject({
      code: "agent/address-refused",
    });
  });

  it("does not look up a name that no entry could match", async () => {
    asked.length = 0;
    await expect(
      createAllowList(["db.internal:5432"], resolve).resolve("secret-data.evil.example", 5432),
    ).rejects.toThrow(/allow-list/);
    expect(asked).toEqual([]);
  });

  it("takes no pattern that means something else than it seems to", () => {
    for (const text of [
      "db.internal",
      "db.internal:0",
      "db.internal:65536",
      "10.0.0.0/33:1",
      "10.0.0.0/8/8:1",
      "10.0.0.0/:1",
      "*:5432",
      "d*b:5432",
      "::1:5432",
      "a b:1",
    ]) {
      expect([text, parseAddressPattern(text)]).toEqual([text, undefined]);
    }
  });

  it("never throws on a pattern", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[[\]0-9a-f:./*]{0,20}$/)),
        (text) => void parseAddressPattern(text),
      ),
    );
  });
});
