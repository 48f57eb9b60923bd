import type { SignatureAlgorithm } from "../signature-algorithms.ts";

/** Whom a token speaks of, in its issuer's own terms: `["acme", "shop"]` for the repository acme/shop. */
export interface PresetSubject {
  /** From the widest to the narrowest. No part holds a colon, so that two subjects never come to one name. */
  readonly path: readonly string[];
  /** Who set it off, where the issuer says so. */
  readonly onBehalfOf: string | undefined;
}

/** What is known of a kind of issuer: its tokens, and what a document about it must not leave open. */
export interface Preset {
  /** The issuer where a document names none; undefined where there is none for everybody. */
  readonly issuer: string | undefined;
  readonly algorithms: readonly [SignatureAlgorithm, ...SignatureAlgorithm[]];
  /** Claims of which a document must restrict one, or strangers would be let in. */
  readonly tenantClaims: readonly [string, ...string[]];
  /** What keeps a URL, which is written as URLs are, from being an issuer of this kind, in words. */
  issuerFault(issuer: string): string | undefined;
  /** What keeps a text from being an audience that is asked for only on purpose, in words. */
  audienceFault(audience: string, issuer: URL): string | undefined;
  /** Throws `login/failed` for claims that are missing or of another shape than the issuer's. */
  subjectOf(claims: Readonly<Record<string, unknown>>): PresetSubject;
}
