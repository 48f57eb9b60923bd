import type { ErrorCode } from "@sallyport/shared/errors";
import type { GatewayBench, GatewayRig, GatewayRigOptions } from "./gateway-rig.ts";
import type { NativeError } from "./protocol-driver.ts";

/** Brings an error about; resolves to what the client was told. */
export type Provocation = (
  start: (options?: GatewayRigOptions) => Promise<GatewayRig>,
  bench: GatewayBench,
) => Promise<NativeError | undefined>;

/** Why nothing in the suite brings an error about. */
export interface NotProvoked {
  readonly because: string;
}

/** How errors are brought about that only some protocols have, or have in a way of their own, and which a protocol cannot be told. */
export type Provocations = Partial<Record<ErrorCode, Provocation | NotProvoked>>;
