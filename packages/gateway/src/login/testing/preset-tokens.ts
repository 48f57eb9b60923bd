import type { PresetName } from "../presets/presets.ts";

type Claims = Readonly<Record<string, unknown>>;

/** A token as an issuer of that kind makes it, the document that lets it in, and what must keep others out. */
export interface PresetTokens {
  /** The issuer's path behind its host. */
  readonly issuerPath: string;
  readonly algorithm: string;
  readonly header: Readonly<Record<string, unknown>>;
  /** All claims but issuer, audience and times. */
  readonly claims: Claims;
  /** What the document restricts, in YAML. */
  readonly restriction: string;
  /** The least that it may restrict. */
  readonly widest: string;
  readonly principal: { readonly name: string; readonly groups: readonly string[]; readonly onBehalfOf?: string };
  /** Claims that policies may ask for. */
  readonly matches: Readonly<Record<string, string>>;
  /** Changes that make it a token of somebody else. */
  readonly strangers: readonly (readonly [string, Claims])[];
  /** Changes that no issuer of this kind makes, and the claim that the log names. */
  readonly misshapen: readonly (readonly [string, Claims, string])[];
}

const kubernetesObjects = {
  namespace: "shop",
  node: { name: "node-1", uid: "646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1" },
  pod: { name: "migrate-7x2kq", uid: "5e0bd49b-f040-43b0-99b7-22765a53f7f3" },
  serviceaccount: { name: "migrate", uid: "14ee3fa4-a7e2-420f-9f9a-dbc4507c3798" },
  warnafter: 4_000_000_000,
};
const withObjects = (changes: object): Claims => ({ "kubernetes.io": { ...kubernetesObjects, ...changes } });

/** Claim sets as the issuers' own pages show them. */
export const presetTokens: Readonly<Record<PresetName, PresetTokens>> = {
  "github-actions": {
    issuerPath: "/_services/token",
    algorithm: "RS256",
    header: { typ: "JWT", x5t: "eBZ_cn3sXYAd0ch4THBKHIgOwOE" },
    claims: {
      sub: "repo:acme/shop:environment:production",
      environment: "production",
      ref: "refs/heads/main",
      ref_type: "branch",
      ref_protected: "true",
      sha: "5ccf1d5b7a2c5f4b1c3f2a6d8e9b0c7a1d2e3f40",
      repository: "acme/shop",
      repository_id: "74",
      repository_owner: "acme",
      repository_owner_id: "65",
      repository_visibility: "private",
      run_id: "10871662012",
      run_number: "10",
      run_attempt: "2",
      runner_environment: "github-hosted",
      actor: "octocat",
      actor_id: "12",
      workflow: "migrate",
      workflow_ref: "acme/shop/.github/workflows/migrate.yml@refs/heads/main",
      job_workflow_ref: "acme/automation/.github/workflows/db.yml@refs/heads/main",
      head_ref: "",
      base_ref: "",
      event_name: "push",
    },
    restriction: "{ repository: acme/shop, ref: [refs/heads/main, refs/heads/release/*] }",
    widest: '{ repository_owner_id: "65" }',
    principal: { name: "local:acme:shop", groups: ["local:acme"], onBehalfOf: "local:octocat" },
    matches: { repository: "acme/shop", ref: "refs/heads/main", environment: "production", workflow: "migrate" },
    strangers: [
      ["another repository", { repository: "acme/web" }],
      ["an owner whose name goes on", { repository: "acme-evil/shop", repository_owner: "acme-evil" }],
      ["a repository whose name goes on", { repository: "acme/shop-evil" }],
      ["a name in capitals", { repository: "Acme/shop", repository_owner: "Acme" }],
      ["a pull request", { ref: "refs/pull/7/merge" }],
      ["a branch whose name goes on", { ref: "refs/heads/main2" }],
      ["a branch that looks like a pattern's", { ref: "refs/heads/release/" }],
      ["a subject that claims otherwise", { sub: "repo:acme/shop:ref:refs/heads/main", repository: "evil/shop" }],
    ],
    misshapen: [
      ["no repository", { repository: undefined }, "repository"],
      ["a repository that is a list", { repository: ["acme/shop"] }, "repository"],
      ["no owner", { repository_owner: undefined }, "repository_owner"],
      ["another owner than its repository's", { repository_owner: "evil" }, "repository_owner"],
      ["a ref that is a list", { ref: ["refs/heads/main"] }, "ref"],
      ["an environment that is no text", { environment: ["production"] }, "environment"],
      ["an actor who is no text", { actor: 12 }, "actor"],
      ["an actor who cannot be named", { actor: "octo~cat" }, "octo~cat"],
    ],
  },
  "gitlab-ci": {
    issuerPath: "",
    algorithm: "RS256",
    header: { typ: "JWT" },
    claims: {
      sub: "project_path:acme/web/shop:ref_type:branch:ref:main",
      namespace_id: "72",
      namespace_path: "acme/web",
      project_id: "20",
      project_path: "acme/web/shop",
      user_id: "1",
      user_login: "sample-user",
      user_email: "sample-user@example.com",
      user_access_level: "developer",
      user_identities: [{ provider: "github", extern_uid: "2435223452345" }],
      pipeline_id: "574",
      pipeline_source: "push",
      job_id: "302",
      ref: "main",
      ref_type: "branch",
      ref_path: "refs/heads/main",
      ref_protected: "true",
      groups_direct: ["acme/web"],
      environment: "production",
      environment_protected: "false",
      deployment_tier: "production",
      environment_action: "start",
      runner_id: 1,
      runner_environment: "self-hosted",
      sha: "714a629c0b401fdce83e847fc9589983fc6f46bc",
      project_visibility: "private",
      ci_config_ref_uri: "gitlab.example.com/acme/web/shop//.gitlab-ci.yml@refs/heads/main",
      ci_config_sha: null,
    },
    restriction: '{ project_path: acme/*, ref_protected: "true" }',
    widest: '{ namespace_id: "72" }',
    principal: {
      name: "local:acme:web:shop",
      groups: ["local:acme", "local:acme:web"],
      onBehalfOf: "local:sample-user",
    },
    matches: { project_path: "acme/web/shop", ref_protected: "true", namespace_path: "acme/web", ref: "main" },
    strangers: [
      ["another group", { project_path: "evil/web/shop", namespace_path: "evil/web" }],
      ["a group whose name goes on", { project_path: "acme-evil/shop" }],
      ["a group in capitals", { project_path: "ACME/web/shop" }],
      ["a group of the same name below another", { project_path: "evil/acme/shop" }],
      ["a branch that is not protected", { ref_protected: "false" }],
      ["a branch of which it is not said", { ref_protected: undefined }],
      ["a flag of another type", { ref_protected: true }],
    ],
    misshapen: [
      ["a project without a group", { project_path: "acme/" }, "project_path"],
      ["no project's number", { project_id: undefined }, "project_id"],
      ["a number for a text", { project_id: 20 }, "project_id"],
      ["no namespace", { namespace_path: undefined }, "namespace_path"],
      ["no ref", { ref: undefined }, "ref"],
      ["an environment that is no text", { environment: { name: "production" } }, "environment"],
      ["a colon in its path", { project_path: "acme/web:shop" }, "project_path"],
    ],
  },
  kubernetes: {
    issuerPath: "",
    algorithm: "ES256",
    header: { typ: undefined },
    claims: { sub: "system:serviceaccount:shop:migrate", ...withObjects({}) },
    restriction: "{ kubernetes.io.namespace: shop, kubernetes.io.serviceaccount.name: [migrate, report] }",
    widest: "{ kubernetes.io.namespace: shop }",
    principal: { name: "local:shop:migrate", groups: ["local:shop"] },
    matches: { "kubernetes.io.namespace": "shop", "kubernetes.io.serviceaccount.name": "migrate" },
    strangers: [
      ["another namespace", { sub: "system:serviceaccount:evil:migrate", ...withObjects({ namespace: "evil" }) }],
      [
        "another account",
        {
          sub: "system:serviceaccount:shop:default",
          ...withObjects({ serviceaccount: { name: "default", uid: "1" } }),
        },
      ],
      ["a namespace elsewhere among its claims", { "kubernetes.io": {}, namespace: "shop" }],
    ],
    misshapen: [
      ["another subject than its account", { sub: "system:serviceaccount:shop:admin" }, "sub"],
      ["no subject", { sub: undefined }, "sub"],
      [
        "an account without its uid",
        withObjects({ serviceaccount: { name: "migrate" } }),
        "kubernetes.io.serviceaccount",
      ],
      ["a pod that is a text", withObjects({ pod: "migrate-7x2kq" }), "kubernetes.io.pod"],
      ["a namespace that is a list", withObjects({ namespace: ["shop"] }), "kubernetes.io.namespace"],
    ],
  },
};
