import { GatewayError } from "@sallyport/shared/errors";
import { keyIdOf, openEnvelope, sealEnvelope } from "./envelope.ts";
import type { SealingKey } from "./sealing-key.ts";

/** Sealed bytes, and the key they are sealed under. */
export interface Sealed {
  readonly sealed: Buffer;
  readonly keyId: string;
}

/** Seals under the newest key and opens under each that the gateway has. */
export class Sealer {
  readonly #newest: SealingKey;
  readonly #byId: ReadonlyMap<string, SealingKey>;

  /** The newest first. */
  constructor([newest, ...older]: readonly [SealingKey, ...SealingKey[]]) {
    this.#newest = newest;
    this.#byId = new Map([...older, newest].map((key) => [key.id, key]));
  }

  /** Of the key that seals. */
  get keyId(): string {
    return this.#newest.id;
  }

  /** For a name: what is sealed opens under no other. */
  seal(name: string, content: Uint8Array): Sealed {
    return { sealed: sealEnvelope(this.#newest, name, content), keyId: this.#newest.id };
  }

  /** Throws `sealing/not-opened`, which says whether the key is missing or the bytes are not what was sealed. */
  open(name: string, sealed: Buffer): Buffer {
    const id = keyIdOf(sealed);
    if (id === undefined) throw notOpened(name, "it is no sealed secret of this version");
    const key = this.#byId.get(id);
    if (key === undefined) throw notOpened(name, `it is sealed under key ${id}, which this gateway does not have`);
    try {
      return openEnvelope(key, name, sealed);
    } catch {
      // no cause: OpenSSL's says nothing more
      throw notOpened(name, `it is not what was sealed under key ${id} for this name`);
    }
  }
}

function notOpened(name: string, why: string): GatewayError {
  return new GatewayError("sealing/not-opened", `${name}: ${why}`);
}
