import { readFile } from "node:fs/promises";
import { ticket as ticketSchema, type Ticket } from "@sallyport/gateway/tickets/ticket";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { demoPrincipals, type DemoPrincipal } from "./principals.ts";
import { writePrivate } from "./private-file.ts";

const HOUR_MS = 3_600_000;
const VALID_MS = 7 * 24 * HOUR_MS;
/** What was pasted somewhere stays good across restarts, as long as it then lasts for a day's work. */
const KEEP_IF_LONGER_MS = 24 * HOUR_MS;

/** A ticket with its secret, which the demo alone keeps: everywhere else it is shown once. */
export interface DemoTicket {
  readonly ticket: Ticket;
  readonly secret: string;
}

/** A ticket for each principal of the demo, by name: the ones of an earlier run, or new ones. */
export async function ensureTickets(file: string, connection: string): Promise<ReadonlyMap<string, DemoTicket>> {
  const kept = await readKept(file);
  const tickets = new Map<string, DemoTicket>();
  for (const principal of demoPrincipals) {
    const earlier = kept.find((ticket) => fits(ticket.ticket, principal, connection));
    tickets.set(principal.name, earlier ?? (await mint(principal, connection)));
  }
  await writePrivate(file, JSON.stringify([...tickets.values()]));
  return tickets;
}

async function mint(principal: DemoPrincipal, connection: string): Promise<DemoTicket> {
  const { ticket, secret } = await mintTicket({ principal, connection, expires: new Date(Date.now() + VALID_MS) });
  return { ticket, secret: secret.reveal() };
}

function fits(ticket: Ticket, principal: DemoPrincipal, connection: string): boolean {
  const { name, kind, groups } = ticket.principal;
  const same = name === principal.name && kind === principal.kind && groups.join() === principal.groups.join();
  return same && ticket.connection === connection && Date.parse(ticket.expires) > Date.now() + KEEP_IF_LONGER_MS;
}

async function readKept(file: string): Promise<readonly DemoTicket[]> {
  const kept: unknown = await readFile(file, "utf8")
    .then(JSON.parse)
    .catch(() => []);
  return Array.isArray(kept) ? kept.map(readTicket).filter((ticket) => ticket !== undefined) : [];
}

function readTicket(value: unknown): DemoTicket | undefined {
  if (typeof value !== "object" || value === null || !("secret" in value) || !("ticket" in value)) return undefined;
  const ticket = ticketSchema.safeParse(value.ticket);
  return ticket.success && typeof value.secret === "string" ? { ticket: ticket.data, secret: value.secret } : undefined;
}
