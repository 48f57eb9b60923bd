import { sessionPage, sessionSummary } from "@sallyport/gateway/api/contract/session";
import type { z } from "zod";
import { openClient, pathOf } from "../client/api-client.ts";
import { describeTarget, type GatewayOptions } from "../client/target.ts";
import { eventLine } from "../output/event-line.ts";
import { distance, stamp } from "../output/moments.ts";
import { note, print } from "../output/print.ts";
import { fields, table } from "../output/table.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** The options of `sallyport sessions ls`. */
export interface SessionListOptions extends Options {
  readonly all: boolean;
  readonly principal?: string;
  readonly connection?: string;
  readonly replica?: string;
  readonly limit: number;
  /** Only what names each. */
  readonly quiet: boolean;
}

/** Prints who is connected now, or was. */
export async function listSessions(options: SessionListOptions): Promise<void> {
  const client = await openClient(options);
  const { all, principal, connection, replica, limit } = options;
  const query = { open: all ? undefined : true, principal, connection, replica };
  const { items, more } = await client.list("/v1/sessions", sessionPage, query, limit);
  if (options.quiet) {
    for (const { id } of items) console.log(id);
    return;
  }
  const now = Date.now();
  print(options, items, () =>
    table(
      ["SESSION", "PRINCIPAL", "CONNECTION", "FROM", "AGENT", "OPENED", "STATEMENTS", "STATE"],
      items.map((session) => [
        session.id,
        who(session),
        session.connection,
        session.address,
        session.agent ?? "",
        distance(session.openedAt, now),
        // it is told when the session ends
        session.closedAt === undefined ? "" : String(session.statements),
        stateOf(session),
      ]),
    ),
  );
  if (more && options.json !== true) note(`There are more than ${limit}: --limit shows them.`);
}

/** Prints all that is known of one session. */
export async function showSession(id: string, options: Options): Promise<void> {
  const client = await openClient(options);
  const found = await client.get(pathOf`/v1/sessions/${id}`, sessionSummary);
  print(options, found, () =>
    fields({
      session: found.id,
      principal: who(found),
      kind: found.kind,
      connection: found.connection,
      database: found.database,
      protocol: found.protocol,
      from: found.address,
      agent: found.agent,
      replica: found.replica,
      opened: stamp(found.openedAt),
      closed: stamp(found.closedAt),
      state: stateOf(found),
      statements: found.closedAt === undefined ? undefined : String(found.statements),
    }),
  );
}

/** Prints what happens in a session, as it happens. */
export async function tailSession(id: string, options: Options & { readonly follow: boolean }): Promise<void> {
  const client = await openClient(options);
  const query = options.follow ? {} : { follow: false };
  for await (const line of client.lines(pathOf`/v1/sessions/${id}/events`, query)) {
    if (line !== "") console.log(options.json === true ? line : eventLine(line));
  }
}

/** Ends sessions, on whatever replica they are. */
export async function killSessions(ids: readonly string[], options: Options): Promise<void> {
  const client = await openClient(options);
  const ended: z.infer<typeof sessionSummary>[] = [];
  for (const id of ids) ended.push(await client.send("DELETE", pathOf`/v1/sessions/${id}`, undefined, sessionSummary));
  print(options, ended, () =>
    ended
      .map(({ id, closedAt }) =>
        closedAt === undefined
          ? `${id} is told to end; ${describeTarget(client.target)} has not heard yet that it did.`
          : `${id} has ended.`,
      )
      .join("\n"),
  );
}

function who({
  principal,
  onBehalfOf,
}: {
  readonly principal: string;
  readonly onBehalfOf?: string | undefined;
}): string {
  return onBehalfOf === undefined ? principal : `${principal} for ${onBehalfOf}`;
}

function stateOf({
  closedAt,
  endCode,
}: {
  readonly closedAt?: string | undefined;
  readonly endCode?: string | undefined;
}): string {
  if (closedAt === undefined) return "open";
  return endCode === undefined ? "ended" : `ended: ${endCode}`;
}
