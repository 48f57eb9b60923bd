import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import { describe, expect, it } from "vitest";
import { SessionRegistry, type LiveSession, type SessionOwner } from "./session-registry.ts";

const closing = new GatewayError("gateway/shutting-down", "the test is over");

function live(id: string, owner?: SessionOwner) {
  const over = Promise.withResolvers<void>();
  const reasons: string[] = [];
  const session: LiveSession = {
    id,
    owner,
    over: over.promise,
    end: ({ code }) => reasons.push(code),
    endAtRest: (_, patience) => reasons.push(patience),
    recheckAccess: () => undefined,
    cancel: () => Promise.resolve(),
  };
  return { session, reasons, goes: () => over.resolve() };
}

describe("a cancel key", () => {
  it("finds the session it was minted for, and is as long as asked", () => {
    const registry = new SessionRegistry();
    const [one, two] = [live("one"), live("two")];
    const keys = [registry.mintCancelKey(one, 4), registry.mintCancelKey(two, 32)];
    expect(keys.map(({ secret }) => secret.length)).toEqual([4, 32]);
    expect(keys.map((key) => registry.sessionOf(key)?.id)).toEqual(["one", "two"]);
  });

  it("finds nothing when its id or any of its secret is another's, or cut, or longer", () => {
    const registry = new SessionRegistry();
    const [one, two] = [live("one"), live("two")];
    const [mine, other] = [registry.mintCancelKey(one, 8), registry.mintCancelKey(two, 8)];
    const { id, secret } = mine;
    const flipped = Buffer.from(secret);
    flipped.writeUInt8(flipped.readUInt8(7) ^ 1, 7);
    for (const forged of [
      { id, secret: other.secret },
      { id: id + 1 === other.id ? id + 2 : id + 1, secret },
      { id, secret: flipped },
      { id, secret: secret.subarray(0, 7) },
      { id, secret: Buffer.concat([secret, Buffer.alloc(1)]) },
      { id, secret: Buffer.alloc(0) },
      { id: Number.NaN, secret },
    ])
      expect(registry.sessionOf(forged)).toBeUndefined();
  });

  it("fits into 31 bits and is never 0, for protocols that say so", () => {
    const registry = new SessionRegistry();
    const ids = Array.from({ length: 1_000 }, () => registry.mintCancelKey(live("x"), 4).id);
    expect(ids.every((id) => id > 0 && id <= 0x7fff_ffff)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is worth nothing once it is dropped", () => {
    const registry = new SessionRegistry();
    const key = registry.mintCancelKey(live("one"), 8);
    registry.dropCancelKey(key);
    expect(registry.sessionOf(key)).toBeUndefined();
  });

  it("without a secret finds a session only for its own principal, on the same connection", () => {
    const registry = new SessionRegistry();
    const owner = { principal: "alice", connection: "shop" };
    const seat = live("one", owner);
    const key = registry.mintCancelKey(seat, 0);
    expect(registry.sessionOf(key)).toBeUndefined();
    const asking = (asker: SessionOwner) => registry.siblingOf(asker, key.id)?.id;
    expect(asking(owner)).toBe("one");
    expect(asking({ ...owner, principal: "bob" })).toBeUndefined();
    expect(asking({ ...owner, connection: "vault" })).toBeUndefined();
  });

  it("finds nobody before the login", () => {
    const registry = new SessionRegistry();
    const key = registry.mintCancelKey(live("one"), 0);
    expect(registry.siblingOf({ principal: "alice", connection: "shop" }, key.id)).toBeUndefined();
  });
});

describe("ending all sessions", () => {
  it("tells each the reason, and is done when the last is gone", async () => {
    const registry = new SessionRegistry();
    const sessions = [live("one"), live("two")];
    for (const { session } of sessions) registry.add(session);
    let done = false;
    const ending = registry.endAll(closing).then(() => {
      done = true;
    });
    expect(sessions.map(({ reasons }) => reasons)).toEqual([["gateway/shutting-down"], ["gateway/shutting-down"]]);
    sessions[0]?.goes();
    await sessions[0]?.session.over;
    expect(done).toBe(false);
    sessions[1]?.goes();
    await ending;
    expect(done).toBe(true);
  });

  it("ends one that begins meanwhile, as when its client has just logged in anew, and waits for it too", async () => {
    const registry = new SessionRegistry();
    const [former, next] = [live("former"), live("next")];
    registry.add(former.session);
    let done = false;
    const ending = registry.endAll(closing).then(() => {
      done = true;
    });
    registry.remove(former.session);
    registry.add(next.session);
    former.goes();
    await turn();
    expect([next.reasons.at(0), done]).toEqual(["gateway/shutting-down", false]);
    registry.remove(next.session);
    next.goes();
    await ending;
    const late = live("late");
    registry.add(late.session);
    expect(late.reasons).toEqual(["gateway/shutting-down"]);
  });

  it("has nothing to wait for where there are none", async () => {
    await new SessionRegistry().endAll(closing);
  });
});

describe("the places of one owner", () => {
  const bob = { principal: "bob", connection: "shop" };

  it("are as many as policy gives, and come back with their sessions", () => {
    const registry = new SessionRegistry();
    const [one, two, three] = [live("one").session, live("two").session, live("three").session];
    registry.takePlace(one, bob, 2);
    registry.takePlace(two, bob, 2);
    expect(() => registry.takePlace(three, bob, 2)).toThrow(/too-many-connections.*2 sessions/);
    registry.remove(one);
    registry.takePlace(three, bob, 2);
  });

  it("count also those that were taken without a limit, and nobody else's", () => {
    const registry = new SessionRegistry();
    registry.takePlace(live("one").session, bob, undefined);
    registry.takePlace(live("two").session, { ...bob, connection: "other" }, 1);
    expect(() => registry.takePlace(live("three").session, bob, 1)).toThrow(/one session at once/);
  });
});
