import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import type { MintOptions, TicketListOptions } from "../commands/tickets-command.ts";
import { asksGateway, collect, examples, lifetime, limit } from "./command-words.ts";

/** `tickets`. */
export function defineTickets(program: Command): void {
  const tickets = program.command("tickets").description("user names and passwords that work for a while");
  examples(
    asksGateway(tickets.command("ls").description("list tickets, the newest first"))
      .option("--all", "those that can no longer be used too", false)
      .option("--principal <name>", "of this principal")
      .option("--connection <name>", "for this connection")
      .option("-q, --quiet", "print only what names each, one a line", false)
      .addOption(limit(100))
      .action(async (options: TicketListOptions) => {
        const { listTickets } = await import("../commands/tickets-command.ts");
        await listTickets(options);
      }),
    {
      "sallyport tickets ls": "what can be used now",
      "sallyport tickets ls --connection shop --all": "and what could",
    },
  );
  examples(
    asksGateway(tickets.command("mint <connection>").description("make a ticket; its password is shown this once"))
      .addOption(lifetime("1h"))
      .option("--as <principal>", "for somebody else; only for administrators")
      .option("--kind <kind>", "what that principal is: human, service or ai-agent; left out: as last seen")
      .option("--group <group>", "a group of that principal; may be given again; left out: as last seen", collect)
      .action(async (connection: string, options: MintOptions) => {
        const { mintTicket } = await import("../commands/tickets-command.ts");
        await mintTicket(connection, options);
      }),
    {
      "sallyport tickets mint shop --lifetime 8h": "for a program that cannot present a token",
      "sallyport tickets mint shop --as reports --kind service --group readers --lifetime 7d": "for a service",
    },
  );
  examples(
    asksGateway(tickets.command("revoke <ticket>").description("take a ticket back; its sessions end")).action(
      async (name: string, options: GatewayOptions & { json?: boolean }) => {
        const { revokeTicket } = await import("../commands/tickets-command.ts");
        await revokeTicket(name, options);
      },
    ),
    { "sallyport tickets revoke alice~k3v9": "within two seconds nobody works with it any more" },
  );
}
