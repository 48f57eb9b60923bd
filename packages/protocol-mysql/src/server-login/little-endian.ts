const BYTES = 32;

/** A number of any length, its lowest byte first. */
export function fromLittleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);
}

/** 32 bytes of a number that fits them, the lowest first. */
export function littleEndian(value: bigint): Buffer {
  return Buffer.from(Buffer.from(value.toString(16).padStart(2 * BYTES, "0"), "hex").toReversed());
}
