import { describe, expect, it } from "vitest";
import { containing } from "../../../../test/support/text-matchers.ts";
import { principalOfToken } from "../login/principal-of-token.ts";
import type { Credential } from "../login/prove-identity.ts";
import { connectionNamed, createMemoryStore, providerDocument, type Documents } from "../login/testing/memory-store.ts";
import { mintTicket } from "../tickets/mint-ticket.ts";
import { assertStillAdmitted } from "./assert-still-admitted.ts";

const connection = connectionNamed("shop");
const { document: ticket } = await mintTicket({
  principal: { name: "alice", kind: "human", groups: [], claims: {} },
  connection: "shop",
  expires: new Date(Date.now() + 60_000),
});
const provider = providerDocument({ identityProvider: "corporate", issuer: "https://login.example.com" });
const everything: Documents = { connections: [connection], tickets: [ticket], identityProviders: [provider] };
const claims = { iss: "https://login.example.com", aud: "sallyport", sub: "alice", groups: ["dba"], team: "shop" };
const principal = principalOfToken(claims, provider, [provider]);
const byTicket: Credential = { kind: "ticket", document: ticket };
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
    ["other groups", { principal: { ...ticket.principal, groups: ["dba"] } }],
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

  it("does not rest on what admitted others", () => {
    const store = createMemoryStore({ ...everything, tickets: [] });
    expect(() => assertStillAdmitted({ connection, principal, credential: byToken }, store.snapshot())).not.toThrow();
  });
});
