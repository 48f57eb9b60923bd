/** One part of a dotted name in a policy: quoted ones stand for themselves, others are patterns. */
export interface NamePart {
  readonly text: string;
  readonly quoted: boolean;
}

const part = /(?:"((?:[^"]|"")+)"|([^".]+))(\.|$)/y;

/** The parts of a dotted name such as `public.customers` or `public."a.b"`; undefined where it is none. */
export function readNameParts(name: string): readonly NamePart[] | undefined {
  const parts: NamePart[] = [];
  let at = 0;
  let open = true;
  while (open) {
    part.lastIndex = at;
    const found = part.exec(name);
    if (found === null) return undefined;
    const [whole, quoted, plain = "", end] = found;
    parts.push(
      quoted === undefined ? { text: plain, quoted: false } : { text: quoted.replaceAll('""', '"'), quoted: true },
    );
    at += whole.length;
    open = end === ".";
  }
  return parts;
}
