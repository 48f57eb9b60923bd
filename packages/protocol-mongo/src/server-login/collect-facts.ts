import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { stringOf, valueIn } from "../bson/read-value.ts";
import { fact } from "../server-facts.ts";
import type { ServerCommands } from "./server-commands.ts";
import type { ServerHello } from "./server-hello.ts";

const MAX_CHARACTERS = 64;

/** What clients are told of the server, on a connection that is logged in. */
export async function collectFacts(commands: ServerCommands, { topology, limits }: ServerHello): Promise<ServerFacts> {
  const reply = await commands.ask({ buildInfo: 1 });
  const version = reply.kind === "ok" ? valueIn(reply.body, "version", stringOf) : undefined;
  return {
    // a server that keeps it to itself still says what it speaks
    version: (version ?? `wire version ${limits[fact.maxWireVersion]}`).slice(0, MAX_CHARACTERS),
    settings: { ...limits, [fact.topology]: topology },
  };
}
