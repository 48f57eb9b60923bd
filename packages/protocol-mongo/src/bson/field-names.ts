import { isUtf8 } from "node:buffer";
import { GatewayError } from "@sallyport/shared/errors";
import { malformedBson } from "./raw-document.ts";

/** Up to so many names of a document are compared with each other; more go into a set. */
const COMPARED = 16;
/** In all documents that are open at once. A set of this size takes some ten megabytes for a moment. */
const MAX_NAMES = 200_000;
const SHOWN_CHARACTERS = 64;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const ASCII_END = 0x80;

/**
 * Sees to it that no document has a field twice, for documents that are walked depth first. The time it takes is in proportion
 * to their bytes, whoever made them.
 */
export class FieldNames {
  readonly #bytes: Buffer;
  /** The names of the open documents that have few, innermost last: hash, start and end of each. */
  readonly #few: number[] = [];
  readonly #levels: { readonly base: number; many: Set<string> | undefined }[] = [];
  #inSets = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A document begins. */
  enter(): void {
    this.#levels.push({ base: this.#few.length, many: undefined });
  }

  /** The innermost document ends. */
  leave(): void {
    const level = this.#levels.pop();
    this.#few.length = level?.base ?? 0;
    this.#inSets -= level?.many?.size ?? 0;
  }

  /** Takes the name at `start` into the innermost document and says where its NUL is. */
  read(start: number, limit: number): number {
    const bytes = this.#bytes;
    let hash = FNV_OFFSET;
    let seen = 0;
    let end = start;
    for (; ; end++) {
      if (end >= limit) throw malformedBson("a field's name has no end", "protocol/malformed");
      const byte = bytes[end] ?? 0;
      if (byte === 0) break;
      seen |= byte;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
    if (seen >= ASCII_END && !isUtf8(bytes.subarray(start, end))) {
      throw malformedBson("a field's name is not valid UTF-8", "protocol/malformed");
    }
    this.#add(hash, start, end);
    return end;
  }

  #add(hash: number, start: number, end: number): void {
    const level = this.#levels.at(-1);
    if (level === undefined) return;
    if (level.many !== undefined) return this.#addToMany(level.many, start, end);
    const few = this.#few;
    for (let at = level.base; at < few.length; at += 3) {
      if (few[at] === hash && this.#isSame(few[at + 1] ?? 0, few[at + 2] ?? 0, start, end))
        throw this.#twice(start, end);
    }
    few.push(hash, start, end);
    if (few.length - level.base > COMPARED * 3) level.many = this.#gather(level.base);
  }

  #gather(base: number): Set<string> {
    const many = new Set<string>();
    for (let at = base; at < this.#few.length; at += 3) {
      this.#addToMany(many, this.#few[at + 1] ?? 0, this.#few[at + 2] ?? 0);
    }
    this.#few.length = base;
    return many;
  }

  /** The engine's own hash of a string is seeded, so that nobody can make names that all fall together. */
  #addToMany(many: Set<string>, start: number, end: number): void {
    const name = this.#bytes.toString("latin1", start, end);
    if (many.has(name)) throw this.#twice(start, end);
    many.add(name);
    if (++this.#inSets <= MAX_NAMES) return;
    throw new GatewayError("protocol/too-large", `documents have more than ${MAX_NAMES} fields`, {
      detail: `The document has more than ${MAX_NAMES} fields.`,
    });
  }

  #isSame(start: number, end: number, otherStart: number, otherEnd: number): boolean {
    return this.#bytes.compare(this.#bytes, otherStart, otherEnd, start, end) === 0;
  }

  #twice(start: number, end: number): GatewayError {
    const name = JSON.stringify(this.#bytes.toString("utf8", start, Math.min(end, start + SHOWN_CHARACTERS)));
    return new GatewayError("policy/unreadable", "a document has a field twice", {
      detail: `A document has the field ${name} twice.`,
    });
  }
}
