import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";

const OK = 0;
const CLEARTEXT_PASSWORD = 3;
const MD5_PASSWORD = 5;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;

/** What servers may ask for that is not spoken here. */
const otherNames: Readonly<Record<number, string>> = {
  2: "Kerberos V5",
  6: "SCM",
  7: "GSSAPI",
  8: "GSSAPI",
  9: "SSPI",
};

/** Authentication ('R'), told apart by the code in front of its body. */
export type Authentication =
  | { readonly kind: "ok" }
  | { readonly kind: "cleartext-password" }
  | { readonly kind: "md5-password"; readonly salt: Buffer }
  | { readonly kind: "sasl"; readonly mechanisms: readonly string[] }
  | { readonly kind: "sasl-continue" | "sasl-final"; readonly data: string }
  | { readonly kind: "unsupported"; readonly name: string };

export function decodeAuthentication(body: ByteReader): Authentication {
  const authentication = decodeKind(body);
  if (authentication.kind !== "unsupported") body.expectEnd();
  return authentication;
}

function decodeKind(body: ByteReader): Authentication {
  const code = body.int32();
  switch (code) {
    case OK:
      return { kind: "ok" };
    case CLEARTEXT_PASSWORD:
      return { kind: "cleartext-password" };
    case MD5_PASSWORD:
      return { kind: "md5-password", salt: Buffer.from(body.view(4)) };
    case SASL: {
      const mechanisms: string[] = [];
      for (let name = body.string(); name !== ""; name = body.string()) mechanisms.push(name);
      return { kind: "sasl", mechanisms };
    }
    case SASL_CONTINUE:
      return { kind: "sasl-continue", data: body.rest().toString("utf8") };
    case SASL_FINAL:
      return { kind: "sasl-final", data: body.rest().toString("utf8") };
    default:
      return { kind: "unsupported", name: otherNames[code] ?? `method ${code}` };
  }
}

export const authenticationOk: Buffer = encodeMessage("R", (writer) => writer.int32(OK));

export const authenticationCleartextPassword: Buffer = encodeMessage("R", (writer) => writer.int32(CLEARTEXT_PASSWORD));

export function encodeAuthenticationSasl(mechanisms: readonly string[]): Buffer {
  return encodeMessage("R", (writer) => {
    writer.int32(SASL);
    for (const mechanism of mechanisms) writer.string(mechanism);
    writer.uint8(0);
  });
}

export function encodeAuthenticationSaslContinue(data: string): Buffer {
  return encodeMessage("R", (writer) => writer.int32(SASL_CONTINUE).bytes(Buffer.from(data, "utf8")));
}

export function encodeAuthenticationSaslFinal(data: string): Buffer {
  return encodeMessage("R", (writer) => writer.int32(SASL_FINAL).bytes(Buffer.from(data, "utf8")));
}
