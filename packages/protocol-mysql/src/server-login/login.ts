import type { Secret } from "@sallyport/shared/secret";
import type { PacketExchange } from "../packet-exchange.ts";
import type { Protection } from "./server-tls.ts";

/** Who logs in, and over what. */
export interface Login {
  readonly exchange: PacketExchange;
  /** Left out where the account has none. */
  readonly password: Secret<string> | undefined;
  readonly protection: Protection;
}
