import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import { asksGateway, examples } from "./command-words.ts";

type Options = GatewayOptions & { json?: boolean };

/** `connections`. */
export function defineConnections(program: Command): void {
  const connections = program.command("connections").description("the databases that are registered");
  examples(
    asksGateway(connections.command("ls").description("list connections"))
      .option("--mine", "only those that you may log in to now", false)
      .action(async (options: Options & { mine: boolean }) => {
        const { listConnections, listOwnConnections } = await import("../commands/connections-command.ts");
        await (options.mine ? listOwnConnections(options) : listConnections(options));
      }),
    {
      "sallyport connections ls --mine": "where you may go",
      "sallyport connections ls --json | jq -r '.[].name'": "all names, for a script",
    },
  );
  examples(
    asksGateway(connections.command("show <name>").description("print one as its document is written")).action(
      async (name: string, options: Options) => {
        const { showConnection } = await import("../commands/connections-command.ts");
        await showConnection(name, options);
      },
    ),
    { "sallyport connections show shop > shop.yaml": "to change it and apply it again" },
  );
}
