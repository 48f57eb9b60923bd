import type { ClientHello, Inspector, ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Principal } from "@sallyport/shared/principal";
import type { CatalogDesk } from "../catalog/catalog-desk.ts";
import type { Log } from "../log.ts";
import type { Recorder, Recording } from "../recording/recorder.ts";
import type { PolicyView } from "../policy/policy-view.ts";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import { openThrough, type OpenedThrough } from "../tunnel/open-through.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import type { OwnKeys } from "./own-keys.ts";
import { closeRecording } from "./close-recording.ts";

/** A server that is ready for a session: logged in to, understood, and with its recording begun. */
export interface OpenedServer extends OpenedThrough {
  readonly inspector: Inspector;
  readonly recording: Recording;
}

/** For whom a server is opened. */
export interface ServerRequest {
  readonly session: string;
  readonly address: string;
  readonly principal: Principal;
  readonly connection: ConnectionDocument;
  readonly database: string | undefined;
  readonly hello: ClientHello;
  readonly policyView: Pick<PolicyView, "readOnly" | "needsObjects">;
}

/** What servers are opened with. */
export interface ServerMeans {
  readonly adapter: ProtocolAdapter;
  readonly tunnels: TunnelRegistry;
  readonly recorder: Recorder;
  readonly ownKeys: OwnKeys;
  readonly catalogs: CatalogDesk;
  readonly log: Log;
}

/** Opens the server through the connection's agent group. A session that cannot be recorded or understood gets no server. */
export async function openServer(
  means: ServerMeans,
  request: ServerRequest,
  signal: AbortSignal,
): Promise<OpenedServer> {
  const { connection, session } = request;
  const server = await openThrough(
    means.tunnels,
    connection,
    {
      session,
      protocol: connection.protocol,
      connection: connection.connection,
      server: connection.server,
      credential: connection.credential,
      database: request.database,
      principal: request.principal.name,
      settings: settingsOf(request, means.adapter),
      options: connection.options,
    },
    signal,
  );
  means.tunnels.learned(connection, server.facts);
  const { adapter } = means;
  const { database, policyView } = request;
  const catalog = means.catalogs.sourceFor({ adapter, connection, database, needed: () => policyView.needsObjects });
  void server.stream.closed.then(() => catalog.release());
  try {
    const ownKey = means.ownKeys.keyOf(request.principal.name, connection.connection);
    const inspector = await adapter.createInspector(server.facts, {
      hello: request.hello,
      ownKey,
      catalog,
      readOnly: policyView.readOnly,
    });
    return { ...server, inspector, recording: beginRecording(means, request, server.facts.version) };
  } catch (error) {
    server.stream.destroy();
    throw error;
  }
}

/** What the login sets; a session that policy only lets read is held read-only by the server too, whatever the client asked for. */
function settingsOf({ hello, policyView }: ServerRequest, { readOnlySettings }: ProtocolAdapter) {
  return policyView.readOnly ? { ...hello.settings, ...readOnlySettings } : hello.settings;
}

function beginRecording({ recorder, log }: ServerMeans, request: ServerRequest, serverVersion: string): Recording {
  const { session } = request;
  const recording = recorder.open(session);
  try {
    recording.append(openedEvent(request, serverVersion));
    recording.commit();
    return recording;
  } catch (error) {
    closeRecording(recording, log, { session, reason: GatewayError.from(error).message, statements: 0 });
    throw error;
  }
}

function openedEvent({ session, address, principal, connection, database }: ServerRequest, serverVersion: string) {
  return {
    type: "opened",
    session,
    protocol: connection.protocol,
    principal: principal.name,
    kind: principal.kind,
    groups: principal.groups,
    ...(principal.onBehalfOf === undefined ? {} : { onBehalfOf: principal.onBehalfOf }),
    connection: connection.connection,
    ...(database === undefined ? {} : { database }),
    address,
    serverVersion,
  } as const;
}
