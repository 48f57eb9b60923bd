import type { LoggedIn } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { ServerCommands } from "./server-commands.ts";

/** Runs the trivial command on a session where nothing else runs. Throws unless the server is well. */
export async function checkServer({ stream }: LoggedIn): Promise<void> {
  const reply = await new ServerCommands(stream).ask({ ping: 1 });
  if (reply.kind === "ok") return;
  const { code, message } = reply.refusal;
  throw new GatewayError("server/lost", `the server failed the check: ${code} ${message}`);
}
