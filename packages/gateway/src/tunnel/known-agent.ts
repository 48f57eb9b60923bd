import type { StoreSnapshot } from "../store/store.ts";

/** Who an agent is. */
export interface AgentIdentity {
  readonly agent: string;
  readonly group: string;
  /** Of one that enrolled: which of its enrolments this is. */
  readonly enrolment?: string | undefined;
}

/**
 * Whose certificate this is. For a tunnel that was let in `before`, also who has renewed it since: an agent's tunnel outlives
 * the certificate that it was opened with, as long as the agent is the same.
 */
export function knownAgent(
  { agents }: Pick<StoreSnapshot, "agents">,
  fingerprint: string,
  before?: AgentIdentity,
): AgentIdentity | undefined {
  const named = agents.find(({ certificate }) => certificate === fingerprint);
  if (named !== undefined || before?.enrolment === undefined) return named;
  return agents.find(({ agent, enrolment }) => agent === before.agent && enrolment === before.enrolment);
}
