import type { LoggedIn } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { fact, numberIn } from "../server-facts.ts";
import { queryServer } from "./query-server.ts";
import { rereadable } from "./rereadable.ts";

/** Runs a trivial statement on a session where nothing else runs. Throws unless its one row came back. */
export async function checkServer({ stream, facts }: LoggedIn): Promise<void> {
  const negotiated = numberIn(facts.settings, fact.negotiated) ?? 0;
  const answer = await queryServer({ stream: rereadable(stream), negotiated }, "SELECT 1");
  if (answer.kind === "error") {
    const { code, message } = answer.error;
    throw new GatewayError("server/lost", `the server failed the check: ${code} ${message}`);
  }
  const { rows } = answer;
  if (rows.length !== 1 || rows[0]?.[0] !== "1") {
    throw new GatewayError("server/malformed", `the server answered the check with ${rows.length} rows`);
  }
}
