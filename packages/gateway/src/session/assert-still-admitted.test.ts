import { describe, expect, it } from "vitest";
import { containing } from "../../../../test/support/text-matchers.ts";
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
const byTicket: Credential = { kind: "ticket", document: ticket };
const byToken: Credential = { kind: "token", identityProvider: "corporate" };

describe("a login", () => {
  it.each([byTicket, byToken])("by $kind stands while everything is there that it rested on", (credential) => {
    const store = createMemoryStore(everything);
    expect(() => assertStillAdmitted({ connection, credential }, store.snapshot())).not.toThrow();
  });

  it.each([
    ["ticket", byTicket, { tickets: [] }],
    ["identity provider", byToken, { identityProviders: [] }],
    ["connection", byTicket, { connections: [connectionNamed("another")] }],
  ] as const)("has ended when its %s is gone", (what, credential, change) => {
    const store = createMemoryStore({ ...everything, ...change });
    expect(() => assertStillAdmitted({ connection, credential }, store.snapshot())).toThrow(
      expect.objectContaining({ code: "session/access-ended", detail: containing(what) }),
    );
  });

  it.each([
    ["an earlier end", { expires: new Date(Date.now() + 1_000).toISOString() }],
    ["other groups", { principal: { ...ticket.principal, groups: ["dba"] } }],
  ])("has ended when its ticket was given %s", (_what, change) => {
    const store = createMemoryStore({ ...everything, tickets: [{ ...ticket, ...change }] });
    expect(() => assertStillAdmitted({ connection, credential: byTicket }, store.snapshot())).toThrow(/was changed/);
  });

  it("does not rest on what admitted others", () => {
    const store = createMemoryStore({ ...everything, tickets: [] });
    expect(() => assertStillAdmitted({ connection, credential: byToken }, store.snapshot())).not.toThrow();
  });
});
