import { githubActions } from "./github-actions.ts";
import { gitlabCi } from "./gitlab-ci.ts";

const google = ["hd", "sub", "email", "azp"];

// anybody on earth gets their tokens, for any audience; by host, since some add a path for a customer
const claimsOfTenants = new Map<string, readonly string[]>([
  ["token.actions.githubusercontent.com", githubActions.tenantClaims],
  // people log in with this issuer too
  ["gitlab.com", [...gitlabCi.tenantClaims, "sub", "groups", "groups_direct"]],
  ["accounts.google.com", google],
  ["agent.buildkite.com", ["organization_id", "organization_slug", "pipeline_id"]],
  ["app.terraform.io", ["terraform_organization_id", "terraform_organization_name", "terraform_workspace_id"]],
]);

/** The claims of which one must be restricted where an issuer serves everybody; undefined for an issuer of one's own. */
export function tenantClaimsOf(issuer: string): readonly string[] | undefined {
  return URL.canParse(issuer) ? claimsOfTenants.get(new URL(issuer).hostname) : undefined;
}
