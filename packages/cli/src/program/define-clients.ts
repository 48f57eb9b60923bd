import type { Command } from "commander";
import { clientGuides } from "../client-guides.ts";
import { CommandFailure } from "../command-failure.ts";
import type { ConnectOptions } from "../commands/connect-command.ts";
import { exitCodes } from "../exit-codes.ts";
import { asksGateway, collect, examples, lifetime } from "./command-words.ts";

/** `connect`, and a command for each program that people type statements into. */
export function defineClients(program: Command): void {
  for (const { program: name } of clientGuides) {
    examples(
      mintsTickets(
        program
          .command(`${name} <connection> [arguments...]`)
          .description(`start ${name} on a connection, ready to go`),
        "8h",
      ).action(async (connection: string, args: string[], options: ConnectOptions) => {
        const { startClient } = await import("../commands/connect-command.ts");
        await startClient(name, connection, args, options);
      }),
      {
        [`sallyport ${name} shop`]: "log in to the connection shop",
        [`sallyport ${name} shop/other`]: "another database of the same server",
        [`sallyport ${name} shop -- --help`]: `what stands behind -- goes to ${name}`,
      },
    );
  }
  examples(
    mintsTickets(
      program
        .command("connect <connection> [command...]")
        .description("print a URL that works for a while, or run a command with it"),
      "1h",
    )
      .option("--exec", "run the command behind -- with DATABASE_URL, PGHOST and so on in its environment", false)
      .action(async (connection: string, command: string[], options: ConnectOptions & { exec: boolean }) => {
        const { execWithAccess, printAccess } = await import("../commands/connect-command.ts");
        if (options.exec) await execWithAccess(connection, command, options);
        else if (command.length === 0) await printAccess(connection, options);
        else
          throw new CommandFailure(
            "A command is given, but not --exec.",
            `sallyport connect ${connection} --exec -- ${command.join(" ")}`,
            undefined,
            exitCodes.usage,
          );
      }),
    {
      "sallyport connect shop": "a URL to paste into any program",
      "sallyport connect shop --exec -- npm run migrate":
        "the command ends with its own exit code, and the URL with it",
      "sallyport connect shop --lifetime 12h --json": "URL, variables and end, for programs",
    },
  );
}

function mintsTickets(command: Command, usual: string): Command {
  return asksGateway(command)
    .addOption(lifetime(usual))
    .option("--host <name>", "where clients reach the gateway; left out: the host that the API was asked at")
    .option("--as <principal>", "for somebody else; only for administrators")
    .option("--kind <kind>", "what that principal is: human, service or ai-agent; left out: as last seen")
    .option("--group <group>", "a group of that principal; may be given again; left out: as last seen", collect);
}
