import type { ParsedStatement } from "@sallyport/shared/statement";

/** Reads a text as a session would whose server has certain objects: each statement of it, with what it touches. */
export type ReadSql = (sql: string) => Promise<readonly ParsedStatement[]>;
