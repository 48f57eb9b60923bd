import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { GatewayConfig } from "../config.ts";
import type { ServerCertificate } from "../enrolment/presented-certificate.ts";
import type { GatewayMetrics } from "../metrics/gateway-metrics.ts";
import type { SessionMeans } from "../session/session.ts";
import { Admission } from "./admission.ts";
import { doorCertificateOf } from "./door-certificate.ts";
import { likelyServers } from "./likely-servers.ts";
import { startListener, type Listener } from "./listener.ts";
import { Reception } from "./reception.ts";

/** What is opened for clients, and where it is noted. */
export interface ClientDoors {
  readonly config: Pick<GatewayConfig, "listeners" | "limits">;
  readonly adapters: readonly ProtocolAdapter[];
  readonly means: SessionMeans;
  readonly metrics: Pick<GatewayMetrics, "connected">;
  /** Gets those that are open, in the configuration's order. */
  readonly listeners: Listener[];
  readonly door: ServerCertificate;
}

/** Opens every door of the configuration. Disposing closes them; connections that came in go on. */
export async function listenForClients(doors: ClientDoors): Promise<AsyncDisposable> {
  const { config, adapters, means, metrics, listeners, door } = doors;
  await using opened = new AsyncDisposableStack();
  const admission = new Admission(config.limits);
  let certificate = doorCertificateOf(door.current);
  opened.defer(
    door.onRenewed((renewed) => {
      certificate = doorCertificateOf(renewed);
    }),
  );
  for (const { protocol, host, port, connection, plaintext } of config.listeners) {
    const adapter = adapters.find(({ id }) => id === protocol);
    if (adapter === undefined) throw unknownProtocol(protocol, adapters);
    const reception = new Reception({
      adapter,
      certificate: () => certificate,
      plaintext,
      admission,
      connection,
      likelyServers: () => likelyServers({ protocol, connection }, means),
      means,
      maxMessageBytes: config.limits.loginMessageBytes,
    });
    const listener = await startListener({
      adapter,
      host,
      port,
      onConnection: (socket) => {
        metrics.connected(protocol, socket);
        reception.receive(socket);
      },
      onError: ({ message }) => means.log.error("connection.not-taken", { protocol, host, reason: message }),
    });
    opened.defer(() => listener.close());
    means.log.info("listener.opened", { protocol, host, port: listener.port });
    listeners.push(listener);
  }
  return opened.move();
}

function unknownProtocol(protocol: string, adapters: readonly ProtocolAdapter[]): GatewayError {
  const known = adapters.map(({ id }) => id).join(", ");
  return new GatewayError(
    "internal/unexpected",
    `a listener names the protocol "${protocol}"; this gateway speaks ${known}`,
  );
}
