import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AgentMessageSchema,
  GatewayMessageSchema,
  type AgentMessage,
  type GatewayMessage,
} from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";

/** What one control message says, by its case. */
export type AgentWords = MessageInitShape<typeof AgentMessageSchema>["message"];
export type GatewayWords = MessageInitShape<typeof GatewayMessageSchema>["message"];

/** A message from the agent to the gateway. */
export function agentMessage(message: AgentWords): AgentMessage {
  return create(AgentMessageSchema, { message });
}

/** A message from the gateway to the agent. */
export function gatewayMessage(message: GatewayWords): GatewayMessage {
  return create(GatewayMessageSchema, { message });
}
