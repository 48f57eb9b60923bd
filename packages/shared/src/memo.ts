/**
 * Remembers what was made of an object for as long as the object is there, from the second time on. Most statements come once: what is made
 * of them shall be garbage when they are, and not outlive them until the whole heap is looked through.
 */
export class Memo<Key extends object, Made> {
  readonly #met = new WeakSet<Key>();
  readonly #made = new WeakMap<Key, Made>();

  of(key: Key, make: (key: Key) => Made): Made {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    if (this.#met.has(key)) this.#made.set(key, made);
    else this.#met.add(key);
    return made;
  }
}
