/**
 * The claim at a dotted path, or undefined. Names of claims may hold dots themselves (`kubernetes.io`, or a URL), so at each
 * level the longest name that exists wins.
 */
export function claimAt(claims: unknown, path: string): unknown {
  return find(claims, path.split("."));
}

function find(value: unknown, segments: readonly string[]): unknown {
  if (segments.length === 0) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  // own entries only: a path such as "constructor" must find nothing
  const members = new Map<string, unknown>(Object.entries(value));
  for (let length = segments.length; length > 0; length -= 1) {
    const name = segments.slice(0, length).join(".");
    if (!members.has(name)) continue;
    const found = find(members.get(name), segments.slice(length));
    if (found !== undefined) return found;
  }
  return undefined;
}
