/** Each byte with the one at its place in the mask, which begins again where it ends. */
export function exclusiveOr(bytes: Buffer, mask: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (mask[at % mask.length] ?? 0)));
}
