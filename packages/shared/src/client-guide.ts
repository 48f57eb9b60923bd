import type { Secret } from "./secret.ts";

/** Where a client of the gateway connects, and as whom. */
export interface ClientPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret<string>;
  readonly connection: string;
  /** Another database than the connection's own; undefined: that. */
  readonly database: string | undefined;
  readonly ownDatabase: string | undefined;
  /** PEM file of the authorities that the gateway is trusted by. */
  readonly caFile: string;
}

/** How people's programs of one protocol are led to the gateway. Secrets go through the environment, since everybody sees arguments. */
export interface ClientGuide {
  /** The adapter's id. */
  readonly protocol: string;
  /** The program that people type statements into. */
  readonly program: string;
  /** With the password in it, as drivers take it. */
  url(place: ClientPlace): string;
  /** What programs of this protocol read from their environment. */
  environment(place: ClientPlace): Readonly<Record<string, string>>;
  /** What `program` is started with, besides `environment` and DATABASE_URL. No secret is in it. */
  arguments(place: ClientPlace): readonly string[];
}

/** What clients name as their database where that is how they say which connection they mean. */
export function databaseNamed({ connection, database }: ClientPlace): string {
  return database === undefined ? connection : `${connection}/${database}`;
}
