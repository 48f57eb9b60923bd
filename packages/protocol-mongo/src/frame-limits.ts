import { opCode } from "./messages/op-code.ts";

/** What servers take and make at most, as they say in `hello`: `maxMessageSizeBytes`. */
export const MAX_MESSAGE_BYTES = 48_000_000;
/** A hello holds at most 512 bytes of metadata, and the first message of a login. */
const OLD_MESSAGE_BYTES = 64 * 1024;

/** How long a message may be, by its op code. All others are refused. */
export type FrameLimits = ReadonlyMap<number, number>;

/** What clients send. */
export const clientLimits: FrameLimits = new Map([
  [opCode.MSG, MAX_MESSAGE_BYTES],
  [opCode.QUERY, OLD_MESSAGE_BYTES],
]);

/** What servers send once they were spoken to in OP_MSG. */
export const serverLimits: FrameLimits = new Map([[opCode.MSG, MAX_MESSAGE_BYTES]]);
