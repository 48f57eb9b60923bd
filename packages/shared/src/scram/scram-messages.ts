import { GatewayError, type ErrorCode } from "../errors.ts";

/** Longer than any message of a known implementation, short enough to be nothing. */
const MAX_MESSAGE_CHARACTERS = 4096;
/** RFC 5802's `printable`: ASCII without control characters, space and comma. */
const NONCE = /^[\x21-\x2b\x2d-\x7e]{1,1024}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const COUNT = /^[1-9][0-9]{0,9}$/;

/** What a client says of channel binding: it can't, it could but thinks the server can't, or it does. */
export type ClientBinding = { readonly flag: "n" | "y" } | { readonly flag: "p"; readonly type: string };

/**
 * The attributes of one message, taken strictly in order: SCRAM's grammar allows no other. `m=` announces an extension that
 * must be understood, so it is refused wherever it stands.
 */
export class ScramAttributes {
  readonly #parts: readonly string[];
  readonly #onFault: ErrorCode;
  #at = 0;

  constructor(message: string, onFault: ErrorCode) {
    this.#onFault = onFault;
    if (message.length > MAX_MESSAGE_CHARACTERS) throw this.fault("the message is too long");
    this.#parts = message.split(",");
  }

  get atEnd(): boolean {
    return this.#at === this.#parts.length;
  }

  /** The next comma-separated part, whatever it is. */
  part(): string {
    const part = this.#parts[this.#at];
    if (part === undefined) throw this.fault("the message ends early");
    this.#at++;
    return part;
  }

  /** The value of the next attribute, which must have this name. */
  value(name: string): string {
    const part = this.part();
    if (part.startsWith("m=")) throw this.fault("a mandatory extension is not supported");
    if (!part.startsWith(`${name}=`)) throw this.fault(`the attribute ${name} is missing`);
    return part.slice(2);
  }

  nonce(): string {
    const nonce = this.value("r");
    if (!NONCE.test(nonce)) throw this.fault("the nonce is not printable");
    return nonce;
  }

  base64(name: string): Buffer {
    const text = this.value(name);
    if (!BASE64.test(text)) throw this.fault(`the attribute ${name} is not base64`);
    return Buffer.from(text, "base64");
  }

  count(name: string): number {
    const text = this.value(name);
    if (!COUNT.test(text)) throw this.fault(`the attribute ${name} is not a count`);
    return Number(text);
  }

  /** Optional extensions, which may be ignored: `a=…` with a letter that this version does not know. */
  skipExtensions(): void {
    while (!this.atEnd) {
      if (!/^[A-Za-z]=./s.test(this.part())) throw this.fault("an extension is not an attribute");
    }
  }

  fault(what: string): GatewayError {
    return new GatewayError(this.#onFault, `malformed SCRAM message: ${what}`);
  }
}

/** A user name as RFC 5802 writes it: `=2C` and `=3D` stand for comma and equals sign. */
export function decodeSaslName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

export function encodeSaslName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}
