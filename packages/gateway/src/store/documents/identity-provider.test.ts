import { describe, expect, it } from "vitest";
import { createSigningKey } from "../../login/testing/local-identity-provider.ts";
import { assembleSnapshot } from "../assemble-snapshot.ts";
import { identityProviderDocument, type IdentityProviderDocument } from "./identity-provider.ts";

function read(fields: object): IdentityProviderDocument | string {
  const text = JSON.stringify({ identityProvider: "ci", audience: "sallyport", ...fields });
  const assembled = assembleSnapshot([{ name: "ci.json", text }], ["pg"]);
  if (assembled.kind === "faulty") return assembled.problems.join("\n");
  return assembled.snapshot.identityProviders[0] ?? "nothing";
}

const github = { preset: "github-actions", claims: { repository: "acme/shop" } };
const gitlab = { preset: "gitlab-ci", claims: { project_path: "acme/*" } };
const cluster = {
  preset: "kubernetes",
  issuer: "https://kubernetes.default.svc.cluster.local",
  claims: { "kubernetes.io.namespace": "shop" },
};
const people = { issuer: "https://login.example.com" };
const key = await createSigningKey("ES256", "first");

describe("an identity provider's document", () => {
  it.each([
    ["GitHub's", github, { issuer: "https://token.actions.githubusercontent.com", algorithms: ["RS256"] }],
    ["GitLab's", gitlab, { issuer: "https://gitlab.com", algorithms: ["RS256"] }],
    ["a cluster's", cluster, { issuer: cluster.issuer, algorithms: ["RS256", "ES256", "ES384", "ES512"] }],
    ["people's", people, { algorithms: ["RS256", "ES256", "EdDSA"], principal: { name: "sub", defaultKind: "human" } }],
  ])("of %s needs a few lines, and is a document still when it is filled in", (_, fields, filledIn) => {
    const document = read(fields);
    expect(document).toMatchObject(filledIn);
    expect(identityProviderDocument.parse(document)).toEqual(document);
  });

  it.each([
    ["an enterprise of github.com", { ...github, issuer: "https://token.actions.githubusercontent.com/acme" }],
    ["GitHub with data residency", { ...github, issuer: "https://token.actions.acme.ghe.com" }],
    ["a GitHub Enterprise Server", { ...github, issuer: "https://github.acme.example/_services/token" }],
    ["a GitLab server below a path", { ...gitlab, issuer: "https://acme.example/gitlab" }],
    ["one account of a cluster", { ...cluster, claims: { sub: "system:serviceaccount:shop:ci" } }],
    ["a cluster whose issuer ends with a slash", { ...cluster, issuer: "https://eastus.oic.prod-aks.azure.com/a/b/" }],
    ["several owners", { ...github, claims: { repository_owner_id: ["65", "66"] } }],
    ["people of gitlab.com", { issuer: "https://gitlab.com", claims: { groups: "acme" } }],
    ["people of one Google domain", { issuer: "https://accounts.google.com", claims: { hd: "example.com" } }],
  ])("may be of %s", (_, fields) => {
    expect(read(fields)).toMatchObject({ identityProvider: "ci" });
  });

  it.each<[string, object, string]>([
    [
      "all of GitHub",
      { preset: "github-actions" },
      "claims: must say whose tokens are accepted, by repository, repository_id, repository_owner or repository_owner_id: the issuer serves others too.",
    ],
    ["every main branch of GitHub", { ...github, claims: { ref: "refs/heads/main" } }, "claims: must say whose"],
    ["every environment of GitHub", { ...github, claims: { environment: "production" } }, "claims: must say whose"],
    [
      "what subjects can be made to say",
      { ...github, claims: { sub: "repo:acme/shop:ref:x" } },
      "claims: must say whose",
    ],
    [
      "all of a GitHub server",
      { preset: "github-actions", issuer: "https://git.acme.example/_services/token" },
      "claims: must say whose",
    ],
    [
      "all of GitHub without its preset",
      { issuer: "https://token.actions.githubusercontent.com" },
      "claims: must say whose",
    ],
    [
      "all of GitHub by an enterprise's path",
      { issuer: "https://token.actions.githubusercontent.com/acme" },
      "claims: must say whose",
    ],
    ["all of GitLab", { preset: "gitlab-ci" }, "by project_path, project_id, namespace_path or namespace_id"],
    ["all protected branches of GitLab", { ...gitlab, claims: { ref_protected: "true" } }, "claims: must say whose"],
    ["all of gitlab.com without its preset", { issuer: "https://gitlab.com" }, "claims: must say whose"],
    ["all of Google", { issuer: "https://accounts.google.com" }, "claims: must say whose"],
    [
      "a whole cluster",
      { ...cluster, claims: undefined },
      "claims: must say whose tokens are accepted, by kubernetes.io.namespace or sub",
    ],
    [
      "a pattern for everybody",
      { ...github, claims: { repository: "*" } },
      "claims.repository: may contain * only at its end, behind a slash",
    ],
    ["a pattern for every owner", { ...github, claims: { repository: "*/shop" } }, "claims.repository: may contain *"],
    ["a pattern that goes on", { ...github, claims: { repository: ["acme/shop", "acme*"] } }, "may contain *"],
    ["a pattern of nothing", { ...github, claims: { repository: "/*" } }, "claims.repository: may contain *"],
    ["an empty list", { ...github, claims: { repository: [] } }, "claims.repository: must not be empty"],
    ["no claims", { ...github, claims: {} }, "claims: must name at least one claim"],
    [
      "a number",
      { ...github, claims: { repository_id: 74 } },
      "claims.repository_id: must be a text, as in the tokens of github-actions: put it in quotes",
    ],
    [
      "true for a text",
      { ...gitlab, claims: { project_id: "20", ref_protected: true } },
      "claims.ref_protected: must be a text",
    ],
    [
      "a lookalike",
      { ...github, issuer: "https://token.actions.githubusercontent.com.evil.example" },
      "issuer: is not an issuer of GitHub Actions",
    ],
    [
      "another lookalike",
      { ...github, issuer: "https://token-actions.githubusercontent.com" },
      "issuer: is not an issuer",
    ],
    ["the web site", { ...github, issuer: "https://github.com" }, "issuer: is not an issuer of GitHub Actions"],
    [
      "a slash too many",
      { ...github, issuer: "https://token.actions.githubusercontent.com/" },
      "issuer: is not an issuer",
    ],
    ["an issuer in capitals", { ...gitlab, issuer: "https://GitLab.com" }, "issuer: is written https://gitlab.com"],
    ["another alphabet", { ...gitlab, issuer: "https://g\u0456tlab.com" }, "issuer: is written https://xn--"],
    [
      "an issuer without encryption",
      { ...github, issuer: "http://github.acme.example/_services/token" },
      "issuer: must begin with https://",
    ],
    [
      "an issuer with credentials",
      { ...gitlab, issuer: "https://gitlab.com@evil.example" },
      "issuer: must have no credentials",
    ],
    [
      "an issuer with a query",
      { ...gitlab, issuer: "https://gitlab.example.com/?a" },
      "issuer: must have no credentials, query",
    ],
    ["no issuer", { ...cluster, issuer: undefined }, "issuer: is missing; add it."],
    ["no issuer and no preset", {}, "issuer: is missing; add it."],
    [
      "what every workflow gets",
      { ...github, audience: "https://github.com/acme" },
      "audience: is what workflows get without asking",
    ],
    [
      "what every pod has",
      { ...cluster, audience: "https://kubernetes.default.svc" },
      "audience: is the API server's own",
    ],
    ["the issuer for an audience", { ...gitlab, audience: "https://gitlab.com" }, "audience: is the issuer itself"],
    [
      "the issuer as every pod has it",
      { ...cluster, audience: `${cluster.issuer}/` },
      "audience: is the issuer itself",
    ],
    ["another service's audience", { ...github, audience: "sts.amazonaws.com" }, "audience: is another service's"],
    ["a mapping beside a preset", { ...github, principal: { name: "actor" } }, "principal: cannot stand beside preset"],
    ["jobs that approve", { ...github, roles: { approver: ["ci:acme"] } }, "roles.approver: is for people"],
    ["HMAC", { ...people, algorithms: ["HS256"] }, 'algorithms[0]: "HS256" is not known'],
    ["no signature", { ...people, algorithms: ["none"] }, 'algorithms[0]: "none" is not known'],
    ["an unknown preset", { ...github, preset: "github" }, 'preset: "github" is not known'],
    ["an unknown role", { ...people, roles: { root: ["x"] } }, "roles.root: is not a known key"],
    ["no role", { ...people, roles: {} }, "roles: must name groups"],
    ["a pattern of groups", { ...people, roles: { admin: ["*"] } }, "roles.admin[0]: must not contain *"],
    [
      "two places for keys",
      { ...cluster, jwksUri: "https://a.example/k", jwksFile: "/k" },
      "jwksFile: cannot stand beside jwksUri",
    ],
    ["a token for discovery", { ...cluster, bearerTokenFile: "/t" }, "bearerTokenFile: needs jwksUri with https://"],
    [
      "a token without encryption",
      { ...cluster, jwksUri: "http://localhost/k", bearerTokenFile: "/t" },
      "bearerTokenFile: needs jwksUri",
    ],
    ["an authority for nothing", { ...cluster, jwksFile: "/k", caFile: "/c" }, "caFile: cannot stand beside jwksFile"],
    [
      "a file somewhere",
      { ...cluster, jwksFile: "keys.json" },
      "jwksFile: must be an absolute path on the gateway's host",
    ],
    [
      "a private key",
      { ...cluster, jwks: { keys: [{ ...key.jwk, d: "c2VjcmV0" }] } },
      "jwks.keys[0]: is a private key",
    ],
    ["a shared key", { ...cluster, jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } }, "jwks.keys[0].kty:"],
  ])("is refused for %s", (_, fields, sentence) => {
    const problems = read(fields);
    expect(problems).toContain(sentence);
    expect(problems).not.toContain("c2VjcmV0");
  });
});
