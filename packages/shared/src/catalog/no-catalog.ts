import type { CatalogSource } from "./catalog.ts";

/** For sessions whose policies ask for verbs alone. */
export const noCatalog: CatalogSource = { needed: false, current: () => undefined, outdated: () => undefined };
