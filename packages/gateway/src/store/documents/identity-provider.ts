import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { presetAudienceFault, presetIssuerFault } from "../../login/presets/preset-faults.ts";
import { presetNames, presets } from "../../login/presets/presets.ts";
import { tenantClaimsOf } from "../../login/presets/shared-issuers.ts";
import { signatureAlgorithms, type SignatureAlgorithm } from "../../login/signature-algorithms.ts";
import { keyLocation, keyLocationFault } from "./identity-provider-keys.ts";
import { identityProviderLogin } from "./identity-provider-login.ts";
import { identityProviderRoles } from "./identity-provider-roles.ts";
import { documentName } from "./name.ts";

const claimText = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^*]+(\/\*)?$/, "may contain * only at its end, behind a slash: acme/* stands for everything below acme/");
const claimValue = z.union([claimText, z.number(), z.boolean()]);

const mapping = z.strictObject({
  name: z.string().default("sub"),
  groups: z.string().default("groups"),
  /** A claim that holds the kind; without one every principal of this provider is of `defaultKind`. */
  kind: z.string().optional(),
  defaultKind: z.enum(principalKinds).default("human"),
  onBehalfOf: z.string().optional(),
});

/** Which claims say who a token speaks of. */
export type ClaimMapping = z.infer<typeof mapping>;

const written = z.strictObject({
  identityProvider: documentName,
  /** A kind of issuer whose tokens are known: it fills in the rest. */
  preset: z.enum(presetNames).optional(),
  issuer: z.url("must be a URL such as https://login.example.com").optional(),
  audience: z.string().min(1),
  ...keyLocation,
  algorithms: z.array(z.enum(signatureAlgorithms)).min(1).optional(),
  /** What a token must claim to be accepted at all, by dotted paths; of several values any will do. */
  claims: z
    .record(z.string().min(1), z.union([claimValue, z.array(claimValue).min(1)]))
    .refine((claims) => Object.keys(claims).length > 0, "must name at least one claim")
    .optional(),
  principal: mapping.optional(),
  roles: identityProviderRoles.optional(),
  login: identityProviderLogin.optional(),
});

type Written = z.infer<typeof written>;

/** Whose tokens are accepted, and how their claims become a principal. What is left out is filled in; the result is a document again. */
export const identityProviderDocument = written
  .check(({ value, issues }) => {
    for (const { path, message } of faultsOf(value)) issues.push({ code: "custom", path, message, input: value });
  })
  .transform(filledIn);

export type IdentityProviderDocument = z.infer<typeof identityProviderDocument>;

interface Fault {
  readonly path: string[];
  readonly message: string;
}

function* faultsOf(document: Written): Generator<Fault> {
  const keys = keyLocationFault(document);
  if (keys !== undefined) yield { path: [keys.key], message: keys.message };
  const issuer = issuerOf(document);
  if (issuer === undefined) {
    yield { path: ["issuer"], message: "is missing; add it" };
    return;
  }
  yield* tenantFaults(document, issuer);
  yield* presetFaults(document, issuer);
}

/** An audience restricts nobody where each job chooses its own: without this, every repository of the world would be let in. */
function* tenantFaults({ preset, claims = {} }: Written, issuer: string): Generator<Fault> {
  const needed = preset === undefined ? tenantClaimsOf(issuer) : presets[preset].tenantClaims;
  if (needed === undefined || needed.some((claim) => Object.hasOwn(claims, claim))) return;
  const last = needed.at(-1) ?? "";
  const choice = needed.length === 1 ? last : `${needed.slice(0, -1).join(", ")} or ${last}`;
  yield { path: ["claims"], message: `must say whose tokens are accepted, by ${choice}: the issuer serves others too` };
}

function* presetFaults(
  { preset: name, audience, claims = {}, principal, roles, login }: Written,
  issuer: string,
): Generator<Fault> {
  if (name === undefined) return;
  const preset = presets[name];
  const issuerFault = presetIssuerFault(preset, issuer);
  if (issuerFault !== undefined) yield { path: ["issuer"], message: issuerFault };
  const audienceFault = presetAudienceFault(preset, audience, issuer);
  if (audienceFault !== undefined) yield { path: ["audience"], message: audienceFault };
  for (const [claim, value] of Object.entries(claims)) {
    if ([value].flat().every((one) => typeof one === "string")) continue;
    yield { path: ["claims", claim], message: `must be a text, as in the tokens of ${name}: put it in quotes` };
  }
  if (principal !== undefined) yield { path: ["principal"], message: "cannot stand beside preset, which says it" };
  if (roles?.approver !== undefined)
    yield { path: ["roles", "approver"], message: `is for people, and ${name} has none` };
  if (login !== undefined) yield { path: ["login"], message: `is for people, and ${name} has none` };
}

/** With a preset the mapping is the preset's. */
type FilledIn = Omit<Written, "issuer" | "algorithms" | "preset" | "principal"> & {
  readonly issuer: string;
  readonly algorithms: readonly SignatureAlgorithm[];
} & (
    | { readonly preset: keyof typeof presets; readonly principal?: undefined }
    | { readonly preset?: undefined; readonly principal: ClaimMapping }
  );

function filledIn(document: Written): FilledIn {
  const { preset, principal, ...rest } = document;
  const issuer = issuerOf(document) ?? "";
  if (preset === undefined) {
    const algorithms = document.algorithms ?? ["RS256", "ES256", "EdDSA"];
    return { ...rest, issuer, algorithms, principal: principal ?? mapping.parse({}) };
  }
  return { ...rest, preset, issuer, algorithms: document.algorithms ?? presets[preset].algorithms };
}

function issuerOf({ issuer, preset }: Written): string | undefined {
  return issuer ?? (preset === undefined ? undefined : presets[preset].issuer);
}
