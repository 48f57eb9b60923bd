export const principalKinds = ["human", "service", "ai-agent"] as const;
export type PrincipalKind = (typeof principalKinds)[number];

/** Who is acting, after authentication. */
export interface Principal {
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly groups: readonly string[];
  /** The token's claims (or the ticket's copy of them), for policies that ask for more than groups. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly onBehalfOf?: string;
}
