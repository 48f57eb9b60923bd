import { done } from "@sallyport/gateway/api/contract/done";
import { ticketAnswer, ticketPage } from "@sallyport/gateway/api/contract/ticket";
import { openClient, pathOf } from "../client/api-client.ts";
import { subjectOf } from "../client/mint-access.ts";
import type { GatewayOptions } from "../client/target.ts";
import { distance } from "../output/moments.ts";
import { note, print } from "../output/print.ts";
import { fields, table } from "../output/table.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** The options of `sallyport tickets ls`. */
export interface TicketListOptions extends Options {
  readonly principal?: string;
  readonly connection?: string;
  readonly all: boolean;
  readonly limit: number;
  /** Only what names each. */
  readonly quiet: boolean;
}

/** Prints tickets, without their secrets: nobody has those. */
export async function listTickets(options: TicketListOptions): Promise<void> {
  const client = await openClient(options);
  const { principal, connection, all, limit } = options;
  const query = { principal, connection, valid: all ? undefined : true };
  const { items, more } = await client.list("/v1/tickets", ticketPage, query, limit);
  if (options.quiet) {
    for (const { name } of items) console.log(name);
    return;
  }
  const now = Date.now();
  print(options, items, () =>
    table(
      ["TICKET", "CONNECTION", "ENDS", "MADE BY", "STATE"],
      items.map(({ name, connection, expires, createdBy, revokedAt }) => [
        name,
        connection,
        distance(expires, now),
        createdBy,
        revokedAt !== undefined ? "revoked" : Date.parse(expires) > now ? "valid" : "expired",
      ]),
    ),
  );
  if (more && options.json !== true) note(`There are more than ${limit}: --limit shows them.`);
}

/** The options of `sallyport tickets mint`. */
export interface MintOptions extends Options {
  readonly lifetime: number;
  readonly as?: string;
  readonly kind?: string;
  readonly group?: readonly string[];
}

/** Mints a ticket, whose secret is shown this once. */
export async function mintTicket(connection: string, options: MintOptions): Promise<void> {
  const client = await openClient(options);
  const request = { connection, lifetimeSeconds: options.lifetime, ...subjectOf(options) };
  const made = await client.send("POST", "/v1/tickets", request, ticketAnswer);
  print(options, made, () =>
    fields({
      user: made.name,
      password: made.secret,
      connection: made.connection,
      ends: distance(made.expires, Date.now()),
    }),
  );
}

/** Takes a ticket back; its sessions end. */
export async function revokeTicket(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  await client.send("DELETE", pathOf`/v1/tickets/${name}`, undefined, done);
  print(options, { revoked: name }, () => "The ticket was revoked; its sessions end.");
}
