import { GatewayError } from "@sallyport/shared/errors";

/** Cuts a list that is at hand as a whole. The cursor is the name of the last one shown, so it stays good when others come and go. */
export function paginate<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): { items: T[]; next?: string } {
  const last = after === undefined ? undefined : decodeCursor(after);
  const sorted = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rest = last === undefined ? sorted : sorted.filter((item) => nameOf(item) > last);
  const page = rest.slice(0, limit);
  const end = page.at(-1);
  return end === undefined || page.length === rest.length
    ? { items: page }
    : { items: page, next: Buffer.from(nameOf(end)).toString("base64url") };
}

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (text !== "" && Buffer.from(text).toString("base64url") === cursor) return text;
  const detail = "The cursor is not one that was given out.";
  throw new GatewayError("api/invalid", detail, { detail, hint: "Take `next` of the page before, as it is." });
}
