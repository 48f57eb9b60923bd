import { DrizzleQueryError } from "drizzle-orm/errors";
import { GatewayError } from "@sallyport/shared/errors";
import { DatabaseError } from "pg";

const UNIQUE_VIOLATION = "23505";
/**
 * Where the database is there and still cannot serve: no rights, no such database, shutting down, full, read-only, too slow. A
 * missing key of another table is this replica's own, which was taken out and puts itself in again.
 */
const CANNOT_SERVE = /^(08|28|3D|53|57|58|23503|25006|55P03|42501)/;

/**
 * What a failed query means to whoever asked for it. The query and its parameters are left behind: they may hold what no log
 * should.
 */
export function storeError(reason: unknown): GatewayError {
  if (reason instanceof GatewayError) return reason;
  const cause: unknown = reason instanceof DrizzleQueryError ? reason.cause : reason;
  if (!(cause instanceof DatabaseError)) {
    const message = `the gateway's database does not answer: ${reasonOf(cause)}`;
    return new GatewayError("store/unavailable", message, { cause });
  }
  const { code = "", message } = cause;
  if (code === UNIQUE_VIOLATION)
    return new GatewayError("store/conflict", `it is there already (${message})`, { cause });
  // a value that no column of that type takes, such as a text with a zero byte
  if (code.startsWith("22")) return new GatewayError("store/invalid", `it cannot be kept: ${message}`, { cause });
  const isAway = CANNOT_SERVE.test(code);
  return new GatewayError(
    isAway ? "store/unavailable" : "internal/unexpected",
    `the gateway's database refused: ${message} (SQLSTATE ${code})`,
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  // of several addresses that were tried
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.map(reasonOf).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}
