import { encodeMessage } from "./encode-message.ts";

/** PasswordMessage ('p'): `text\0`. SASL's answers share the tag; what was asked for says which one it is. */
export function encodePasswordMessage(password: string): Buffer {
  return encodeMessage("p", (writer) => writer.string(password));
}
