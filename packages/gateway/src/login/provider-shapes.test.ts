import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { describe, expect, it } from "vitest";
import { createSigningKey, signToken } from "./testing/local-identity-provider.ts";
import { createMemoryStore, providerDocument } from "./testing/memory-store.ts";
import { presetTokens } from "./testing/preset-tokens.ts";
import { createTokenVerifier } from "./token-verifier.ts";

type Claims = Readonly<Record<string, unknown>>;

interface Shape {
  readonly document: {
    readonly issuer: string;
    readonly audience: string;
    readonly claims: Claims;
    readonly principal: Claims;
  };
  readonly claims: Claims;
  readonly principal: object;
  /** Changes that make it a token of somebody whom the document must keep out. */
  readonly stranger: Claims;
}

const key = await createSigningKey("RS256", "first");

const shapes: Readonly<Record<string, Shape>> = {
  "Keycloak's access token": {
    document: {
      issuer: "https://login.example.com/realms/company",
      audience: "sallyport",
      claims: { azp: "sallyport-cli" },
      principal: { name: "preferred_username", groups: "realm_access.roles" },
    },
    claims: {
      typ: "Bearer",
      azp: "sallyport-cli",
      sub: "f1c7c3c2-6a39-4d5c-9a66-7f1d7a5c2f11",
      acr: "1",
      realm_access: { roles: ["dba", "offline_access"] },
      resource_access: { account: { roles: ["view-profile"] } },
      scope: "openid email profile",
      email_verified: true,
      preferred_username: "alice",
    },
    principal: { name: "alice", kind: "human", groups: ["dba", "offline_access"] },
    stranger: { azp: "wiki" },
  },
  "Entra ID's token": {
    document: {
      issuer: "https://login.microsoftonline.com/9122040d-6c67-4c5b-b112-36a304b66dad/v2.0",
      audience: "6cb04018-a3f5-46a7-b995-940c78f5aef3",
      claims: { tid: "9122040d-6c67-4c5b-b112-36a304b66dad", idtyp: ["user", "app"] },
      principal: { name: "preferred_username" },
    },
    claims: {
      ver: "2.0",
      tid: "9122040d-6c67-4c5b-b112-36a304b66dad",
      oid: "00000000-0000-0000-66f3-3332eca7ea81",
      idtyp: "user",
      preferred_username: "alice@example.com",
      groups: ["0d2a1b1e-2b9a-4d7b-8f56-1f6f7c4f1a11"],
      uti: "x",
    },
    principal: { name: "alice@example.com", groups: ["0d2a1b1e-2b9a-4d7b-8f56-1f6f7c4f1a11"] },
    stranger: { tid: "9188040d-6c67-4c5b-b112-36a304b66dad" },
  },
  "Google's ID token": {
    document: {
      issuer: "https://accounts.google.com",
      audience: "1234987819200.apps.googleusercontent.com",
      claims: { hd: "example.com", email_verified: true },
      principal: { name: "email" },
    },
    claims: {
      azp: "1234987819200.apps.googleusercontent.com",
      sub: "10769150350006150715113082367",
      hd: "example.com",
      email: "alice@example.com",
      email_verified: true,
    },
    principal: { name: "alice@example.com", groups: [] },
    // whoever made the account chose its address
    stranger: { hd: undefined },
  },
  "gitlab.com's token of a person": {
    document: {
      issuer: "https://gitlab.com",
      audience: "sallyport",
      claims: { groups: ["acme", "acme/*"] },
      principal: { name: "nickname" },
    },
    claims: { sub: "4242", nickname: "alice", groups: ["acme/web", "friends"], groups_direct: ["acme/web"] },
    principal: { name: "alice", groups: ["acme/web", "friends"] },
    // any project of gitlab.com gets one for any audience
    stranger: { ...presetTokens["gitlab-ci"].claims, groups: undefined },
  },
  "GitHub's token of a job": {
    document: {
      issuer: "https://token.actions.githubusercontent.com",
      audience: "sallyport",
      claims: { repository_id: "74" },
      principal: { name: "repository_id", defaultKind: "service" },
    },
    claims: { ...presetTokens["github-actions"].claims },
    principal: { name: "74", kind: "service" },
    stranger: { repository_id: "75" },
  },
};

describe.each(Object.entries(shapes))("%s", (_, { document, claims, principal, stranger }) => {
  const identityProviders = [providerDocument({ ...document, jwks: { keys: [key.jwk] } })];
  const verifier = createTokenVerifier({ store: createMemoryStore({ identityProviders }) });
  const provider = { issuer: document.issuer, keys: [key] };
  const sign = (changes: Claims): Promise<string> =>
    signToken(provider, { claims: { aud: document.audience, groups: undefined, ...claims, ...changes } });

  it("makes a principal by a document without preset", async () => {
    expect((await verifier.verify(new Secret(await sign({})))).principal).toMatchObject(principal);
  });

  it.each([
    ["a stranger's", stranger, /does not accept/],
    ["another audience's", { aud: "another" }, /audience/],
    ["another issuer's", { iss: `${document.issuer}.example.com` }, /is not registered/],
    ["an old one", { exp: 1_700_000_000 }, /expired/],
  ])("lets nobody in with %s", async (__, changes, reason) => {
    const refusal: unknown = await verifier.verify(new Secret(await sign(changes))).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(GatewayError);
    expect(String(refusal)).toMatch(reason);
  });
});
