import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";
import { protocolVersion } from "./protocol-version.ts";

/**
 * StartupMessage: `int32 version { name\0 value\0 }* 0`. Parameters stand in the order they were sent: of two with one name
 * the later counts.
 */
export interface StartupMessage {
  readonly type: "StartupMessage";
  readonly major: number;
  readonly minor: number;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Of a major version that is not ours nothing but the number is read. */
export function decodeStartupMessage(version: number, body: ByteReader): StartupMessage {
  const major = version >>> 16;
  const minor = version & 0xffff;
  const parameters: [string, string][] = [];
  if (major === 3) {
    for (let name = body.string(); name !== ""; name = body.string()) parameters.push([name, body.string()]);
    body.expectEnd();
  }
  return { type: "StartupMessage", major, minor, parameters };
}

export function encodeStartupMessage({ major, minor, parameters }: StartupMessage): Buffer {
  return encodeMessage(undefined, (writer) => {
    writer.int32(protocolVersion(major, minor));
    for (const [name, value] of parameters) writer.string(name).string(value);
    writer.uint8(0);
  });
}
