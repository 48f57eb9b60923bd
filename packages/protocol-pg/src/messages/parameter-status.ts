import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";

/** ParameterStatus ('S'): `name\0 value\0`. */
export interface ParameterStatus {
  readonly name: string;
  readonly value: string;
}

export function decodeParameterStatus(body: ByteReader): ParameterStatus {
  const name = body.string();
  const value = body.string();
  body.expectEnd();
  return { name, value };
}

export function encodeParameterStatus({ name, value }: ParameterStatus): Buffer {
  return encodeMessage("S", (writer) => writer.string(name).string(value));
}
