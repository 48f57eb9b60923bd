import { isTrustworthyUrl } from "../trustworthy-url.ts";
import type { Preset } from "./preset.ts";

// what workflows commonly ask for to log in elsewhere: whoever was sent such a token could replay it here
const audiencesOfOthers = new Set([
  "sts.amazonaws.com",
  "api://AzureADTokenExchange",
  "sigstore",
  "pypi",
  "npm:registry.npmjs.org",
  "vault",
]);

/** What keeps a URL from being the issuer in a document with this preset, in words. */
export function presetIssuerFault(preset: Preset, text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const issuer = new URL(text);
  if (!isTrustworthyUrl(issuer)) return "must begin with https://";
  if (issuer.username + issuer.password + issuer.search + issuer.hash !== "")
    return "must have no credentials, query or fragment";
  // tokens are compared letter by letter: capitals, a port that need not be said, and letters of another alphabet that look alike
  if (!text.startsWith(issuer.origin)) return `is written ${issuer.origin}${issuer.pathname}`;
  return preset.issuerFault(text);
}

/** What keeps a text from being the audience in a document with this preset, in words. */
export function presetAudienceFault(preset: Preset, audience: string, issuer: string): string | undefined {
  if (audiencesOfOthers.has(audience))
    return "is another service's; choose one of the gateway's own, such as sallyport";
  if (!URL.canParse(issuer)) return undefined;
  if (withoutSlash(audience) === withoutSlash(issuer))
    return "is the issuer itself; choose one of the gateway's own, such as sallyport";
  return preset.audienceFault(audience, new URL(issuer));
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, "");
}
