import { randomBytes, randomInt } from "node:crypto";
import type { CancelKey } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";

// fewer can be guessed; version 3.2 of PostgreSQL's protocol allows as many as 256
const MIN_SECRET_BYTES = 4;
const MAX_SECRET_BYTES = 256;

/** Mints at most one cancel key, as long as the client can keep it, and remembers it for the session. */
export interface CancelKeyMint {
  mint(secretBytes: number): CancelKey;
  minted(): CancelKey | undefined;
}

export function createCancelKeyMint(): CancelKeyMint {
  let minted: CancelKey | undefined;
  return {
    minted: () => minted,
    mint(secretBytes) {
      if (minted !== undefined)
        throw new GatewayError("internal/unexpected", "a cancel key was minted twice");
      if (!(secretBytes >= MIN_SECRET_BYTES && secretBytes <= MAX_SECRET_BYTES)) {
        throw new GatewayError(
          "internal/unexpected",
          `a cancel secret of ${secretBytes} bytes was asked for`,
        );
      }
      minted = { id: randomInt(1, 2 ** 31), secret: randomBytes(secretBytes) };
      return minted;
    },
  };
}
