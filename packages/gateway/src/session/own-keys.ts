import { createHmac } from "node:crypto";
import { Secret } from "@sallyport/shared/secret";

/** Keys that the sessions of one principal on one connection share, and nobody else has. */
export interface OwnKeys {
  keyOf(principal: string, connection: string): Secret<Buffer>;
}

/** Derives them from one key of the gateway's, so that they need not be kept. */
export function createOwnKeys(gatewayKey: Secret<Buffer>): OwnKeys {
  return {
    keyOf(principal, connection) {
      // neither name can hold a NUL, so no two pairs look alike
      const pair = `own key\0${principal}\0${connection}`;
      return new Secret(createHmac("sha256", gatewayKey.reveal()).update(pair).digest());
    },
  };
}
