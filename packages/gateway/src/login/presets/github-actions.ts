import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";
import type { Preset } from "./preset.ts";
import { optionalText, readClaims } from "./read-claims.ts";

const tokenClaims = z.looseObject({
  repository: z.string().regex(/^[\w-]+\/[\w.-]+$/),
  repository_owner: z.string().min(1),
  ref: z.string().min(1),
  // ids came with GitHub Enterprise Server 3.5
  repository_id: optionalText,
  repository_owner_id: optionalText,
  repository_visibility: optionalText,
  ref_type: optionalText,
  ref_protected: optionalText,
  base_ref: optionalText,
  head_ref: optionalText,
  environment: optionalText,
  event_name: optionalText,
  workflow: optionalText,
  workflow_ref: optionalText,
  job_workflow_ref: optionalText,
  runner_environment: optionalText,
  actor: optionalText,
  actor_id: optionalText,
});

// github.com, with an enterprise's own path; GitHub Enterprise Cloud with data residency; GitHub Enterprise Server
const issuers = [
  /^https:\/\/token\.actions\.githubusercontent\.com(\/[\w-]+)?$/,
  /^https:\/\/token\.actions\.[a-z0-9-]+\.ghe\.com(\/[\w-]+)?$/,
  /^https?:\/\/[^/]+\/_services\/token$/,
];

/** Workflows of github.com and GitHub Enterprise. Every repository of github.com gets tokens of one issuer, for any audience it asks for. */
export const githubActions: Preset = {
  issuer: "https://token.actions.githubusercontent.com",
  algorithms: ["RS256"],
  tenantClaims: ["repository", "repository_id", "repository_owner", "repository_owner_id"],
  issuerFault: (issuer) =>
    issuers.some((form) => form.test(issuer))
      ? undefined
      : "is not an issuer of GitHub Actions; leave it out for github.com, or write https://HOST/_services/token for a GitHub Enterprise Server",
  audienceFault(audience, issuer) {
    const host = URL.canParse(audience) ? new URL(audience).host : undefined;
    // https://github.com/OWNER
    return host === "github.com" || host === issuer.host
      ? "is what workflows get without asking; choose one of the gateway's own, such as sallyport"
      : undefined;
  },
  subjectOf(claims) {
    const { repository, repository_owner: owner, actor } = readClaims(tokenClaims, claims);
    const path = repository.split("/");
    if (path[0] !== owner)
      throw new GatewayError("login/failed", 'the token\'s "repository" does not belong to its "repository_owner"');
    return { path, onBehalfOf: actor ?? undefined };
  },
};
