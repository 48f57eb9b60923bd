import { Client, credentials, Metadata, status, type ClientDuplexStream } from "@grpc/grpc-js";
import { GatewayError, type ErrorCode } from "../errors.ts";
import { agentMessage } from "./control-messages.ts";
import type { AgentMessage, GatewayMessage, Registered } from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";
import { ServedTunnel, type ServedTunnelOptions } from "./served-tunnel.ts";
import {
  LEASE_MS,
  MAX_TUNNEL_MESSAGE_BYTES,
  PING_EVERY_MS,
  TUNNEL_METADATA_KEY,
  TUNNEL_WINDOW_BYTES,
  tunnelService,
} from "./tunnel-service.ts";

/** From dialling to the relay's first echo. */
const JOIN_TIMEOUT_MS = 15_000;

/** The gateway has verified the certificate, and does not let its owner in; or has let it in before. */
const refusals: ReadonlyMap<unknown, ErrorCode> = new Map([
  [status.PERMISSION_DENIED, "enrolment/revoked"],
  [status.ALREADY_EXISTS, "tunnel/already-held"],
]);

/** What a tunnel is dialled with: addresses and PEM. */
export interface DialMaterial {
  /** `host:port`. */
  readonly gateway: string;
  /** Whom its certificate must name; left out: the host. */
  readonly gatewayName?: string | undefined;
  /** Who signs it. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** What whoever dials says of itself. */
export interface Registration {
  readonly agentVersion: string;
  readonly protocols: string[];
  /** Random, one per process; and which of its tunnels this is. */
  readonly instance: string;
  readonly epoch: number;
  /** Replicas that it has a tunnel to already. */
  readonly held: string[];
}

export interface DialTunnelOptions extends Omit<
  ServedTunnelOptions,
  "sendControl" | "sendRelay" | "hangUp" | "onOnline"
> {
  readonly material: DialMaterial;
  readonly registration: Registration;
  /** Ends the tunnel, or the attempt. */
  readonly signal: AbortSignal;
}

/** A tunnel that is online. */
export interface DialledTunnel {
  /** The replica at the other end, and who this one is to it. */
  readonly registered: Pick<Registered, "replica" | "agent" | "group">;
  readonly served: ServedTunnel;
  /** Resolves to why it ended. */
  readonly ended: Promise<GatewayError>;
}

/** Dials a gateway. Resolves once the relay has carried an echo, and rejects with why it did not come to that. */
export async function dialTunnel(options: DialTunnelOptions): Promise<DialledTunnel> {
  const { material, registration, signal } = options;
  const client = createClient(material, options);
  const online = Promise.withResolvers<DialledTunnel>();
  const ended = Promise.withResolvers<GatewayError>();
  const end = (why: string, code: ErrorCode = "tunnel/agent-lost") => ended.resolve(new GatewayError(code, why));
  const onAbort = () => end("the agent is stopping");
  const deadline = setTimeout(() => end("the gateway did not answer in time"), JOIN_TIMEOUT_MS);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  let served: ServedTunnel | undefined;

  const { control: controlMethod } = tunnelService;
  const control = client.makeBidiStreamRequest(
    controlMethod.path,
    controlMethod.requestSerialize,
    controlMethod.responseDeserialize,
    new Metadata(),
  );
  const join = (registered: Registered): ServedTunnel => {
    const relay = openRelay(client, registered.tunnel);
    const tunnel = new ServedTunnel({
      ...options,
      sendControl: (message) => control.write(message),
      sendRelay: (message, sent) => relay.write(message, () => sent()),
      hangUp: () => end("the tunnel went silent or sent what could not be read"),
      onOnline: () => {
        clearTimeout(deadline);
        online.resolve({ registered, served: tunnel, ended: ended.promise });
      },
    });
    relay.on("data", (message: Buffer) => tunnel.receiveRelay(message));
    onGone(relay, (why) => end(`the relay stream ended: ${why}`));
    return tunnel;
  };
  control.on("data", (message: GatewayMessage) => {
    if (served !== undefined) served.receiveControl(message);
    else if (message.message.case === "registered") served = join(message.message.value);
  });
  onGone(control, (why, code) => end(`the control stream ended: ${why}`, code));
  control.write(agentMessage({ case: "register", value: registration }));

  void ended.promise.then((reason) => {
    clearTimeout(deadline);
    signal.removeEventListener("abort", onAbort);
    served?.close(reason);
    control.cancel();
    client.close();
    online.reject(reason);
  });
  return await online.promise;
}

/** A client of its own for every attempt, so that nothing of a failed connection is kept. */
function createClient(
  { gateway, gatewayName, ...pem }: DialMaterial,
  { pingEveryMs, leaseMs }: Pick<DialTunnelOptions, "pingEveryMs" | "leaseMs">,
): Client {
  const [ca, key, certificate] = [pem.ca, pem.key, pem.certificate].map((text) => Buffer.from(text));
  return new Client(gateway, credentials.createSsl(ca, key, certificate), {
    ...(gatewayName === undefined ? {} : { "grpc.ssl_target_name_override": gatewayName }),
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
  call.on("error", (error) => gone(error.message, "code" in error ? refusals.get(error.code) : undefined));
  call.on("end", () => gone("ended by the gateway"));
}
