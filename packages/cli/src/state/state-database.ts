import { readSmallFile } from "@sallyport/shared/files/read-small-file";
import { Secret } from "@sallyport/shared/secret";
import type { GatewayConfig } from "@sallyport/gateway/config";
import type { Log } from "@sallyport/gateway/log";
import { CommandFailure } from "../command-failure.ts";
import { startEmbeddedDatabase, type StateDatabase } from "./embedded-database.ts";

/** It wins over what the configuration says, so that one configuration serves several places. */
export const URL_VARIABLE = "SALLYPORT_DATABASE_URL";

/** Finds the database that was named, or else starts the gateway's own, for so many replicas. */
export async function openStateDatabase(
  state: GatewayConfig["state"],
  log: Log,
  replicas: number,
): Promise<StateDatabase> {
  const named = await namedUrl(state.databaseUrl);
  if (named === undefined) return startEmbeddedDatabase(state.folder, log, replicas);
  return { url: new Secret(named), [Symbol.asyncDispose]: async () => undefined };
}

async function namedUrl(reference: string | undefined): Promise<string | undefined> {
  const fromEnvironment = process.env[URL_VARIABLE];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return checked(fromEnvironment, URL_VARIABLE);
  if (reference === undefined) return undefined;
  const [, source, rest = ""] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  if (source === "env") {
    const value = process.env[rest] ?? "";
    if (value !== "") return checked(value, reference);
    throw new CommandFailure(
      `state.databaseUrl: the environment has no ${rest}.`,
      "Set it to the URL of a PostgreSQL database, or leave state.databaseUrl out for a database of the gateway's own.",
    );
  }
  const text = await readSmallFile(rest).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(`state.databaseUrl: ${rest}: ${reason}.`, "Name the file that the URL is in.", cause);
  });
  return checked(text.trim(), reference);
}

/** Says where a wrong one came from, and never what it says: there is a password in it. */
function checked(url: string, from: string): string {
  const { protocol = "" } = URL.parse(url) ?? {};
  if (/^postgres(ql)?:$/.test(protocol)) return url;
  throw new CommandFailure(
    `What ${from} gives is not the URL of a PostgreSQL database.`,
    "Write it as postgres://user:password@host:5432/database, with ?sslmode=verify-full for another host.",
  );
}
