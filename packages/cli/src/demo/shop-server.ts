import type { DemoCertificates } from "./certificates.ts";

/** The protocols that the demo has a shop for besides PostgreSQL's, where they are asked for. */
export const otherProtocols = ["mysql", "mongo"] as const;
export type OtherProtocol = (typeof otherProtocols)[number];
export type DemoProtocol = "pg" | OtherProtocol;

/** Who the agent logs in as, in every shop. */
export const SHOP_OWNER = "sallyport";

/** Where a shop's server is put, and what it is given. */
export interface ShopPlace {
  readonly folder: string;
  /** Holds the password of the agent's account; made when it is missing. */
  readonly passwordFile: string;
  readonly port: number;
  readonly certificates: DemoCertificates;
  readonly say: (line: string) => void;
}

/** A running server with the shop in it. */
export interface ShopServer {
  /** What its kind is called. */
  readonly label: string;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** The administrator's, directly to the database `shop`. */
  readonly url: string;
  readonly logFile: string;
  /** Resolves when the server is gone, with its last log lines. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** Names the connection that a protocol's shop is registered as. */
export function connectionOf(protocol: DemoProtocol): string {
  return protocol === "pg" ? "shop" : `shop-${protocol}`;
}
