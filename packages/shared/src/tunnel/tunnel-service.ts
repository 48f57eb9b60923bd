import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { GatewayError } from "../errors.ts";
import {
  AgentMessageSchema,
  GatewayMessageSchema,
  type AgentMessage,
  type GatewayMessage,
} from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";

/** How one gRPC method is called: its path, and how its messages become bytes. */
interface StreamMethod<Request, Response> {
  readonly path: string;
  readonly requestStream: true;
  readonly responseStream: true;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (message: Response) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

const controlMethod: StreamMethod<AgentMessage, GatewayMessage> = {
  path: "/sallyport.tunnel.v1.Tunnel/Control",
  requestStream: true,
  responseStream: true,
  requestSerialize: (message) => Buffer.from(toBinary(AgentMessageSchema, message)),
  requestDeserialize: (bytes) => decoded(() => fromBinary(AgentMessageSchema, bytes)),
  responseSerialize: (message) => Buffer.from(toBinary(GatewayMessageSchema, message)),
  responseDeserialize: (bytes) => decoded(() => fromBinary(GatewayMessageSchema, bytes)),
};

/** The multiplexer encodes and decodes by itself; gRPC carries its messages as they are. */
const relayMethod: StreamMethod<Buffer, Buffer> = {
  path: "/sallyport.tunnel.v1.Tunnel/Relay",
  requestStream: true,
  responseStream: true,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};

/** The gRPC service of `tunnel.proto`, for both ends. */
export const tunnelService = { control: controlMethod, relay: relayMethod };

/** Metadata of a relay stream: the tunnel that its control stream registered. */
export const TUNNEL_METADATA_KEY = "sallyport-tunnel";

/** The largest message either end reads. Control messages are small, relay messages smaller still. */
export const MAX_TUNNEL_MESSAGE_BYTES = 1024 * 1024;

/** What may be on its way on the relay's HTTP/2 connection. Credits bound each session far below; this must only never be the limit. */
export const TUNNEL_WINDOW_BYTES = 16 * 1024 * 1024;

/** Both ends ping this often on both streams, and give a tunnel up after the lease without an answer. */
export const PING_EVERY_MS = 15_000;
export const LEASE_MS = 30_000;

function identity(bytes: Buffer): Buffer {
  return bytes;
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new GatewayError("protocol/malformed", "malformed control message", { cause });
  }
}
