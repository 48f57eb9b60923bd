/** A packet as it stands on the wire, of whatever parts. */
export function packet(sequence: number, ...parts: readonly (string | Buffer | readonly number[])[]): Buffer {
  const payload = parts.map(bytesOf);
  const header = Buffer.alloc(4);
  header.writeUIntLE(
    payload.reduce((length, part) => length + part.length, 0),
    0,
    3,
  );
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, ...payload]);
}

function bytesOf(part: string | Buffer | readonly number[]): Buffer {
  if (Buffer.isBuffer(part)) return part;
  return typeof part === "string" ? Buffer.from(part) : Buffer.from(part);
}
