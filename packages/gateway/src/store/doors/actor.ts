/** Who makes an administrative change, for its audit. `local` is the gateway's own operating-system user; the gateway itself acts too. */
export interface Actor {
  readonly name: string;
  readonly kind: "human" | "service" | "ai-agent" | "local" | "agent" | "gateway";
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
}
