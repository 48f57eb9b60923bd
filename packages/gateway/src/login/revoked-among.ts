import type { Principal } from "@sallyport/shared/principal";

/** Whose revocation keeps a principal out: its own, or that of whom it acts for. */
export function revokedAmong(principal: Principal, revoked: ReadonlySet<string>): string | undefined {
  const { name, onBehalfOf } = principal;
  if (revoked.has(name)) return name;
  return onBehalfOf !== undefined && revoked.has(onBehalfOf) ? onBehalfOf : undefined;
}
