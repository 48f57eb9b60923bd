/** What an agent is given when it enrols or renews: the body of the answer to `POST /v1/agents/enrol`, and a control message. */
export interface CertificateGrant {
  readonly agent: string;
  readonly group: string;
  /** PEM of the agent's certificate. */
  readonly certificate: string;
  /** PEM of all whom the agent shall trust to be its gateway. */
  readonly authorities: string;
  /** Where tunnels are dialled, as `host:port`. */
  readonly tunnels: readonly string[];
  /** From now on. An agent's clock may be wrong, the length of an hour is not. */
  readonly lifetimeSeconds: number;
}
