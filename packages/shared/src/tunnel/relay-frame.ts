/**
 * One frame of the relay stream, as `tunnel.proto` defines it. `bytes` is a view of the received message; it stays
 * valid, but keeps the whole message in memory.
 */
export type RelayFrame =
  | { readonly kind: "data"; readonly channel: number; readonly bytes: Buffer; readonly starved: boolean }
  | { readonly kind: "end"; readonly channel: number }
  | { readonly kind: "reset"; readonly channel: number; readonly code: string }
  | { readonly kind: "credit"; readonly channel: number; readonly credit: number }
  | { readonly kind: "echo"; readonly nonce: number }
  | { readonly kind: "echoed"; readonly nonce: number };

/** A frame to send. Its data may lie in pieces, which become one when they are written. */
export type OutgoingFrame =
  | Exclude<RelayFrame, { kind: "data" }>
  | {
      readonly kind: "data";
      readonly channel: number;
      readonly pieces: readonly Buffer[];
      readonly length: number;
      readonly starved: boolean;
    };

/** Field keys of `RelayFrame` in protobuf's encoding: field number and wire type. */
export const frameKeys = {
  frame: 0x0a,
  channel: 0x08,
  data: 0x12,
  end: 0x18,
  reset: 0x22,
  credit: 0x28,
  echo: 0x30,
  echoed: 0x38,
  starved: 0x40,
} as const;

/** The longest error code there is room for in a reset. */
export const MAX_RESET_CODE_BYTES = 64;

/** What a data frame can cost beyond its bytes: two keys and lengths around it, the channel, and the mark. */
export const FRAME_OVERHEAD_BYTES = 20;
