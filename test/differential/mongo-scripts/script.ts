import type { Document } from "bson";
import type { MongoParts } from "../../support/mongo-sections.ts";
import type { MongoStep } from "../../support/mongo-transcript.ts";

/** Requests that are played directly and through the gateway, on fresh data. */
export interface MongoScript {
  readonly name: string;
  readonly steps: readonly MongoStep[];
  /** Only servers that are MongoDB's in full can do it: FerretDB cannot. */
  readonly needsAll?: true;
}

/** A command on the scripts' database, with whatever else there is to the message. */
export function ask(body: Document, more: Omit<MongoParts, "body"> = {}): MongoStep {
  return () => ({ body: { ...body, $db: "shop" }, ...more });
}

/** Documents to begin with. */
export const things: readonly Document[] = Array.from({ length: 20 }, (_, n) => ({
  _id: n,
  n,
  name: `thing ${n}`,
  tags: ["a", "b"].slice(n % 3),
  size: { h: n * 2, w: n / 4 },
}));

/** Leaves nothing behind; that there is something to drop makes the answers the same. */
export const clean: readonly MongoStep[] = [ask({ insert: "first", documents: [{}] }), ask({ dropDatabase: 1 })];

/** What every script begins with. */
export const fixture: readonly MongoStep[] = [...clean, ask({ insert: "things", documents: things })];
