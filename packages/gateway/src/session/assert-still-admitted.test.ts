import { describe, expect, it } from "vitest";
import { containing } from "../../../../test/support/text-matchers.ts";
import { principalOfToken } from "../login/principal-of-token.ts";
import type { Credential } from "../login/prove-identity.ts";
import { connectionNamed, createMemoryStore, providerDocument, type Documents } from "../login/testing/memory-store.ts";
import { mintTicket } from "../tickets/mint-ticket.ts";
import { assertStillAdmitted } from "./assert-still-admitted.ts";

const provider = providerDocument({ identityProvider: "corporate", issuer: "https://login.example.com" });
const claims = { iss: "https://login.example.com", aud: "sallyport", sub: "alice", groups: ["dba"], team: "shop" };
const principal = principalOfToken(claims, provider, [provider]);
const connection = connectionNamed("shop");
const { ticket } = await mintTicket({
  principal,
  connection: "shop",
  expires: new Date(Date.now() + 60_000),
});
const everything: Documents = { connections: [connection], tickets: [ticket], identityProviders: [provider] };
const byTicket: Credential = { kind: "ticket", ticket };
const byToken: Credential = { kind: "token", identityProvider: "corporate" };

describe("a login", () => {
  it.each([byTicket, byToken])("by $kind stands while everything is there that it rested on", (credential) => {
    const store = createMemoryStore(everything);
    expect(() => assertStillAdmitted({ connection, principal, credential }, store.snapshot())).not.toThrow();
  });

  it.each([
    ["ticket", byTicket, { tickets: [] }],
    ["identity provider", byToken, { identityProviders: [] }],
    ["connection", byTicket, { connections: [connectionNamed("another")] }],
  ] as const)("has ended when its %s is gone", (what, credential, change) => {
    const store = createMemoryStore({ ...everything, ...change });
    expect(() => assertStillAdmitted({ connection, principal, credential }, store.snapshot())).toThrow(
      expect.objectContaining({ code: "session/access-ended", detail: containing(what) }),
    );
  });

  it.each([
    ["an earlier end", { expires: new Date(Date.now() + 1_000).toISOString() }],
    ["other groups", { principal: { ...ticket.principal, groups: ["owners"] } }],
  ])("has ended when its ticket was given %s", (_what, change) => {
    const store = createMemoryStore({ ...everything, tickets: [{ ...ticket, ...change }] });
    expect(() => assertStillAdmitted({ connection, principal, credential: byTicket }, store.snapshot())).toThrow(
      /was changed/,
    );
  });

  it.each<[string, object, boolean]>([
    ["groups from another claim", { principal: { groups: "roles" } }, true],
    ["another audience", { audience: "other" }, true],
    ["a restriction that it does not meet", { claims: { team: "web" } }, true],
    ["a restriction that it meets", { claims: { team: ["web", "shop"] } }, false],
    ["roles", { roles: { admin: ["dba"] } }, false],
  ])("whose identity provider was given %s has ended: %o, %s", (_what, change, ends) => {
    const changed = providerDocument({ identityProvider: "corporate", issuer: "https://login.example.com", ...change });
    const store = createMemoryStore({ ...everything, identityProviders: [changed] });
    const recheck = (): void => assertStillAdmitted({ connection, principal, credential: byToken }, store.snapshot());
    if (ends) expect(recheck).toThrow(/identity provider corporate was changed/);
    else expect(recheck).not.toThrow();
  });

  it.each([
    ["the principal", "alice", principal],
    ["whom it acts for", "carol", { ...principal, onBehalfOf: "carol" }],
  ])("has ended when %s was revoked", (_what, revoked, who) => {
    const store = createMemoryStore({ ...everything, revokedPrincipals: [revoked, "dave"] });
    expect(() => assertStillAdmitted({ principal: who, connection, credential: byToken }, store.snapshot())).toThrow(
      expect.objectContaining({ code: "session/access-ended", detail: containing(revoked) }),
    );
  });

  it("does not rest on what admitted others", () => {
    const store = createMemoryStore({ ...everything, tickets: [] });
    expect(() => assertStillAdmitted({ connection, principal, credential: byToken }, store.snapshot())).not.toThrow();
  });
});
