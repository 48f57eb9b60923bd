import { createHash, createHmac } from "node:crypto";
import type { TicketVerifier } from "@sallyport/shared/adapter";
import type { Principal } from "@sallyport/shared/principal";
import { deriveVerifier } from "@sallyport/shared/scram/scram-verifier";
import { Secret } from "@sallyport/shared/secret";
import { provesTicket } from "@sallyport/shared/ticket-verifier";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../login/testing/memory-store.ts";
import { mintTicket } from "./mint-ticket.ts";
import { ticket as ticketSchema } from "./ticket.ts";
import { findTicket, isExpired, type FoundTicket } from "./ticket-book.ts";

const principal: Principal = {
  name: "chatgpt-agent",
  kind: "ai-agent",
  groups: ["ai-agents"],
  claims: { repository: "acme/shop" },
  onBehalfOf: "alice",
};
const expires = new Date("2031-01-02T03:04:05.678Z");

async function minted(): Promise<{
  found: FoundTicket;
  verifier: TicketVerifier;
  secret: Secret<string>;
  name: string;
}> {
  const { ticket, secret } = await mintTicket({ principal, connection: "shop", expires });
  // as it comes back from where it is kept
  const kept = ticketSchema.parse(JSON.parse(JSON.stringify(ticket)));
  const found = findTicket(createMemoryStore({ tickets: [kept] }).snapshot(), kept.name);
  if (found === undefined) throw new Error("the ticket was not found");
  return { found, verifier: found.verifier, secret, name: kept.name };
}

describe("a minted ticket", () => {
  it("comes back from the store as who and what it was minted for", async () => {
    const { found } = await minted();
    expect(found).toMatchObject({ principal, connection: "shop", expires });
  });

  it("is proven by its secret alone", async () => {
    const { verifier, secret } = await minted();
    const { salt, iterations } = verifier;
    expect(verifier).toMatchObject(await deriveVerifier(secret, { salt, iterations }));
    expect(await provesTicket(secret, verifier)).toBe(true);
    const once = createHash("sha256").update(secret.reveal()).digest();
    expect(createHash("sha256").update(once).digest()).toEqual(verifier.sha256Twice);
    expect(await provesTicket(new Secret(`${secret.reveal()}x`), verifier)).toBe(false);
  });

  it("has a name and a secret that need no escaping in a URL, each time others", async () => {
    const [one, two] = [await minted(), await minted()];
    expect(one.name).toMatch(/^chatgpt-agent~[a-z0-9]{8,}$/);
    expect(one.secret.reveal()).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(one.name).not.toBe(two.name);
    expect(one.secret.reveal()).not.toBe(two.secret.reveal());
  });

  it("keeps its secret out of the document and out of print", async () => {
    const ticket = await mintTicket({ principal, connection: "shop", expires });
    const secret = ticket.secret.reveal();
    const digests = [
      secret,
      createHash("sha256").update(secret).digest("base64"),
      createHmac("sha256", secret).digest("base64"),
    ];
    for (const text of digests) expect(JSON.stringify(ticket)).not.toContain(text);
  });

  it("is not minted for a name that no user name can hold", async () => {
    const request = { principal: { ...principal, name: "a~b" }, connection: "shop", expires };
    await expect(mintTicket(request)).rejects.toThrow(/cannot name a principal/);
  });
});

describe("the end of a ticket", () => {
  it("is reached at its very moment, and at once where it cannot be read", async () => {
    const { found } = await minted();
    expect(isExpired(found, expires.getTime() - 1)).toBe(false);
    expect(isExpired(found, expires.getTime())).toBe(true);
    expect(isExpired({ expires: new Date("never") }, 0)).toBe(true);
  });
});
