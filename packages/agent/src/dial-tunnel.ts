import { Client, credentials, Metadata, status, type ClientDuplexStream } from "@grpc/grpc-js";
import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import { agentMessage } from "@sallyport/shared/tunnel/control-messages";
import type {
  AgentMessage,
  GatewayMessage,
  Registered,
} from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import {
  LEASE_MS,
  MAX_TUNNEL_MESSAGE_BYTES,
  PING_EVERY_MS,
  TUNNEL_METADATA_KEY,
  TUNNEL_WINDOW_BYTES,
  tunnelService,
} from "@sallyport/shared/tunnel/tunnel-service";
import type { AgentIdentity, DialMaterial } from "./agent-identity.ts";
import { ServedTunnel } from "./served-tunnel.ts";
import type { AgentSessionOpener } from "./session-opener.ts";

/** From dialling to the relay's first echo. */
const JOIN_TIMEOUT_MS = 15_000;

export interface DialTunnelOptions {
  readonly identity: AgentIdentity;
  readonly healthIntervalMs: number;
  readonly opener: AgentSessionOpener;
  readonly registration: {
    readonly agentVersion: string;
    readonly protocols: string[];
    readonly instance: string;
    readonly epoch: number;
  };
  readonly log: Log;
  /** Ends the tunnel. */
  readonly signal: AbortSignal;
  readonly onOnline: () => void;
  readonly pingEveryMs?: number | undefined;
  readonly leaseMs?: number | undefined;
}

/** Dials the gateway and serves one tunnel to its end. Resolves to why it ended, and to how long it was online. */
export async function dialTunnel(
  options: DialTunnelOptions,
): Promise<{ readonly reason: GatewayError; readonly onlineMs: number }> {
  const { identity } = options;
  const material = await identity.material(options.registration.epoch);
  const client = createClient(material, options);
  const ended = Promise.withResolvers<GatewayError>();
  const end = (why: string, code: ErrorCode = "tunnel/agent-lost") => ended.resolve(new GatewayError(code, why));
  const onAbort = () => end("the agent is stopping");
  const deadline = setTimeout(() => end("the gateway did not answer in time"), JOIN_TIMEOUT_MS);
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  let onlineSince: number | undefined;
  let tunnel: ServedTunnel | undefined;

  const { control: controlMethod } = tunnelService;
  const control = client.makeBidiStreamRequest(
    controlMethod.path,
    controlMethod.requestSerialize,
    controlMethod.responseDeserialize,
    new Metadata(),
  );
  const join = (registered: Registered) => {
    const relay = openRelay(client, registered.tunnel);
    const served = new ServedTunnel({
      opener: options.opener,
      log: options.log,
      healthIntervalMs: options.healthIntervalMs,
      pingEveryMs: options.pingEveryMs,
      leaseMs: options.leaseMs,
      sendControl: (message) => control.write(message),
      sendRelay: (message, sent) => relay.write(message, () => sent()),
      hangUp: () => end("the tunnel went silent or sent what could not be read"),
      onOnline: () => {
        clearTimeout(deadline);
        onlineSince = performance.now();
        options.log.info("tunnel.online", {
          agent: registered.agent,
          group: registered.group,
          address: material.gateway,
        });
        options.onOnline();
      },
      renewal: identity.renewal,
    });
    relay.on("data", (message: Buffer) => served.receiveRelay(message));
    onGone(relay, (why) => end(`the relay stream ended: ${why}`));
    return served;
  };
  control.on("data", (message: GatewayMessage) => {
    if (tunnel !== undefined) tunnel.receiveControl(message);
    else if (message.message.case === "registered") tunnel = join(message.message.value);
  });
  onGone(control, (why, code) => end(`the control stream ended: ${why}`, code));
  control.write(agentMessage({ case: "register", value: options.registration }));

  const reason = await ended.promise;
  clearTimeout(deadline);
  options.signal.removeEventListener("abort", onAbort);
  tunnel?.close(reason);
  control.cancel();
  client.close();
  return { reason, onlineMs: onlineSince === undefined ? 0 : performance.now() - onlineSince };
}

/** A client of its own for every attempt, so that nothing of a failed connection is kept. */
function createClient(material: DialMaterial, { pingEveryMs, leaseMs }: DialTunnelOptions): Client {
  const [ca, key, certificate] = [material.ca, material.key, material.certificate].map((pem) => Buffer.from(pem));
  return new Client(material.gateway, credentials.createSsl(ca, key, certificate), {
    "grpc-node.flow_control_window": TUNNEL_WINDOW_BYTES,
    "grpc.max_receive_message_length": MAX_TUNNEL_MESSAGE_BYTES,
    // HTTP/2 pings end a connection whose other end is gone, under whatever streams it carried.
    "grpc.keepalive_time_ms": pingEveryMs ?? PING_EVERY_MS,
    "grpc.keepalive_timeout_ms": (leaseMs ?? LEASE_MS) / 2,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
  });
}

function openRelay(client: Client, tunnel: string): ClientDuplexStream<Buffer, Buffer> {
  const metadata = new Metadata();
  metadata.set(TUNNEL_METADATA_KEY, tunnel);
  const { relay } = tunnelService;
  return client.makeBidiStreamRequest(relay.path, relay.requestSerialize, relay.responseDeserialize, metadata);
}

function onGone(
  call: ClientDuplexStream<AgentMessage, GatewayMessage> | ClientDuplexStream<Buffer, Buffer>,
  gone: (why: string, code?: ErrorCode) => void,
): void {
  call.on("error", (error) => gone(error.message, isRefusal(error) ? "enrolment/revoked" : undefined));
  call.on("end", () => gone("ended by the gateway"));
}

/** The gateway has verified the certificate, and does not let its owner in. */
function isRefusal(error: Error): boolean {
  return "code" in error && error.code === status.PERMISSION_DENIED;
}
