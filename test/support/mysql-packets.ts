/** A packet as it stands on the wire, of whatever parts. */
export function packet(sequence: number, ...parts: readonly (string | Buffer | readonly number[])[]): Buffer {
  const payload = Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))),
  );
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, payload]);
}
