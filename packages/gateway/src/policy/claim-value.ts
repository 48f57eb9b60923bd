/**
 * What a dotted path names in a token's claims. Claim names may hold dots themselves (`kubernetes.io`), so at each
 * step the longest name that exists is taken; there is no second try, so a path names one place.
 */
export function claimValue(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  let at: unknown = claims;
  let rest = path;
  while (rest !== "") {
    if (typeof at !== "object" || at === null) return undefined;
    const name = longestName(at, rest);
    if (name === undefined) return undefined;
    at = Object.getOwnPropertyDescriptor(at, name)?.value;
    rest = rest.slice(name.length + 1);
  }
  return at;
}

function longestName(holder: object, path: string): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
    const name = path.slice(0, end);
    if (Object.hasOwn(holder, name)) return name;
  }
  return undefined;
}
