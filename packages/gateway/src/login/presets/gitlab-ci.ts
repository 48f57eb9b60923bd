import { z } from "zod";
import type { Preset } from "./preset.ts";
import { optionalText, readClaims } from "./read-claims.ts";

const tokenClaims = z.looseObject({
  project_path: z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/),
  project_id: z.string().min(1),
  namespace_path: z.string().min(1),
  namespace_id: z.string().min(1),
  ref: z.string().min(1),
  ref_type: optionalText,
  ref_path: optionalText,
  ref_protected: optionalText,
  environment: optionalText,
  environment_protected: optionalText,
  deployment_tier: optionalText,
  pipeline_source: optionalText,
  runner_environment: optionalText,
  user_id: optionalText,
  user_login: optionalText,
});

/** Jobs of gitlab.com and of GitLab servers. Every project of gitlab.com gets tokens of one issuer, for any audience it asks for. */
export const gitlabCi: Preset = {
  issuer: "https://gitlab.com",
  algorithms: ["RS256"],
  tenantClaims: ["project_path", "project_id", "namespace_path", "namespace_id"],
  issuerFault(issuer) {
    if (issuer.endsWith("/")) return "ends with a slash, as no GitLab server's does";
    return issuer === "https://www.gitlab.com" ? "is written https://gitlab.com" : undefined;
  },
  audienceFault: () => undefined,
  subjectOf(claims) {
    const { project_path: project, user_login: user } = readClaims(tokenClaims, claims);
    return { path: project.split("/"), onBehalfOf: user ?? undefined };
  },
};
