import type { Principal } from "@sallyport/shared/principal";

/** Those who exist in the demo. Each has a token and a ticket of its own. */
export const demoPrincipals = [
  { name: "alice", kind: "human", groups: ["dba"], claims: {} },
  { name: "bob", kind: "human", groups: ["engineers"], claims: {} },
  { name: "chatgpt-agent", kind: "ai-agent", groups: ["ai-agents"], claims: {}, onBehalfOf: "alice" },
  { name: "ci-migrations", kind: "service", groups: ["ci"], claims: {} },
] as const satisfies readonly Principal[];

export type DemoPrincipal = (typeof demoPrincipals)[number];
export type DemoPrincipalName = DemoPrincipal["name"];
