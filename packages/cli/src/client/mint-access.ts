import { ticketAnswer } from "@sallyport/gateway/api/contract/ticket";
import { done } from "@sallyport/gateway/api/contract/done";
import { principalKinds } from "@sallyport/shared/principal";
import type { ClientGuide, ClientPlace } from "@sallyport/shared/client-guide";
import { Secret } from "@sallyport/shared/secret";
import { clientGuides } from "../client-guides.ts";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";
import { pathOf, type ApiClient } from "./api-client.ts";
import { authorityFile } from "./authority-file.ts";

/** Whose access is asked for, to what and for how long. */
export interface AccessRequest {
  /** A connection, or `connection/database`. */
  readonly connection: string;
  readonly lifetimeSeconds: number;
  /** Somebody else, for whom only an administrator may ask. */
  readonly as?: string | undefined;
  readonly kind?: string | undefined;
  readonly group?: readonly string[] | undefined;
  /** Where clients connect; left out: where the API was asked. */
  readonly host?: string | undefined;
}

/** A ticket, and where a client program goes with it. */
export interface Access {
  readonly guide: ClientGuide;
  readonly place: ClientPlace;
  readonly ticket: string;
  readonly expires: string;
  /** Takes the ticket back, which ends what was opened with it. */
  revoke(): Promise<void>;
}

/** Mints a ticket for a connection, and finds out how a program gets there. */
export async function mintAccess(client: ApiClient, request: AccessRequest): Promise<Access> {
  const [connection = "", ...rest] = request.connection.split("/");
  const { lifetimeSeconds } = request;
  const answer = await client.send(
    "POST",
    "/v1/tickets",
    { connection, lifetimeSeconds, ...subjectOf(request) },
    ticketAnswer,
  );
  const guide = clientGuides.find(({ protocol }) => protocol === answer.protocol);
  const [port] = answer.ports;
  if (guide === undefined || port === undefined || answer.secret === undefined)
    throw new CommandFailure(
      `This gateway has no door for clients of "${connection}".`,
      "Its operator has to add a listener for the connection's protocol to the gateway's configuration.",
    );
  return {
    guide,
    ticket: answer.name,
    expires: answer.expires,
    place: {
      host: request.host ?? hostOf(client),
      port,
      user: answer.name,
      password: new Secret(answer.secret),
      connection,
      database: rest.length === 0 ? undefined : rest.join("/"),
      ownDatabase: answer.database,
      caFile: await authorityFile(client.target),
    },
    revoke: async () => {
      await client.send("DELETE", pathOf`/v1/tickets/${answer.name}`, undefined, done);
    },
  };
}

/** Whose ticket it shall be, as the API takes it; nothing: one's own. */
export function subjectOf({ as: name, kind, group = [] }: Pick<AccessRequest, "as" | "kind" | "group">): object {
  if (name === undefined && kind === undefined && group.length === 0) return {};
  if (name === undefined)
    throw new CommandFailure(
      "Whose kind and groups these are is not said.",
      "Add --as NAME.",
      undefined,
      exitCodes.usage,
    );
  if (kind !== undefined && !principalKinds.some((known) => known === kind))
    throw new CommandFailure(
      `"${kind}" is no kind of principal.`,
      `Choose one of ${principalKinds.join(", ")}.`,
      undefined,
      exitCodes.usage,
    );
  return {
    principal: { name, ...(kind === undefined ? {} : { kind }), ...(group.length === 0 ? {} : { groups: [...group] }) },
  };
}

function hostOf({ target }: ApiClient): string {
  return target.kind === "socket" ? "localhost" : target.url.hostname;
}
