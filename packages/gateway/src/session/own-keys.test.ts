import { Secret } from "@sallyport/shared/secret";
import { describe, expect, it } from "vitest";
import { createOwnKeys } from "./own-keys.ts";

describe("an own key", () => {
  const keys = createOwnKeys(new Secret(Buffer.alloc(32, 7)));

  it("is the same for one principal on one connection", () => {
    const [one, again] = [keys.keyOf("alice", "shop").reveal(), keys.keyOf("alice", "shop").reveal()];
    expect(one).toHaveLength(32);
    expect(one).toEqual(again);
  });

  it("is another's for no other pair, and under no other key of a gateway", () => {
    const others = createOwnKeys(new Secret(Buffer.alloc(32, 8)));
    const made = [
      keys.keyOf("alice", "shop"),
      keys.keyOf("alice", "vault"),
      keys.keyOf("bob", "shop"),
      keys.keyOf("shop", "alice"),
      keys.keyOf("alices", "hop"),
      others.keyOf("alice", "shop"),
    ].map((key) => key.reveal().toString("hex"));
    expect(new Set(made).size).toBe(made.length);
  });
});
