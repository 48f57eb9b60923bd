import type { Secret } from "../secret.ts";

/** How the agent encrypts its connection to the server. There is no mode that falls back to plaintext. */
export type ServerTlsMode = "disable" | "require" | "verify-ca" | "verify-full";

/** Where and how the agent reaches a server. References name secrets that only the agent can resolve. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: ServerTlsMode;
  /** PEM file on the agent's host with the authorities to trust; left out: the system's. */
  readonly caFile?: string | undefined;
  /** PEM files on the agent's host for a client certificate. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What the gateway asks an agent to open for one session. The one secret it may carry is a password that the gateway keeps sealed. */
export interface OpenSession {
  readonly session: string;
  readonly protocol: string;
  readonly connection: string;
  /** Whose agents open it. Only a replica that passes it on needs to be told. */
  readonly agentGroup?: string | undefined;
  readonly server: ServerAddress;
  /** Where the agent finds the credential: `env:NAME`, `file:PATH` or `command:LINE`, with the user name. */
  readonly credential: CredentialReference;
  readonly database: string | undefined;
  /** Who acts, so that the server's own views and logs can say so. */
  readonly principal: string;
  /** Settings of the client's login that passed the adapter's allow-list. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the connection's document sets, in the adapter's own words. */
  readonly options: Readonly<Record<string, string>>;
}

export interface CredentialReference {
  readonly user: string;
  /** Left out where the server asks for none, as with a client certificate. */
  readonly password?: string | undefined;
  /** The password itself, in place of a reference: for this login, and kept by nobody after it. */
  readonly secret?: Secret<string> | undefined;
}

/** What a client is told about the server after login. */
export interface ServerFacts {
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
}
