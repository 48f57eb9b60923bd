import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AgentMessageSchema,
  GatewayMessageSchema,
  type AgentMessage,
  type GatewayMessage,
} from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";

/** A message as it may be written down, rather than one that was made before. */
type InitOf<Schema extends typeof AgentMessageSchema | typeof GatewayMessageSchema> = Exclude<
  MessageInitShape<Schema>,
  { readonly $typeName: string }
>;

/** What one control message of the agent says, by its case. */
export type AgentWords = NonNullable<InitOf<typeof AgentMessageSchema>["message"]>;

/** What one control message of the gateway says, by its case. */
export type GatewayWords = NonNullable<InitOf<typeof GatewayMessageSchema>["message"]>;

/** A message from the agent to the gateway. */
export function agentMessage(message: AgentWords): AgentMessage {
  return create(AgentMessageSchema, { message });
}

/** A message from the gateway to the agent. */
export function gatewayMessage(message: GatewayWords): GatewayMessage {
  return create(GatewayMessageSchema, { message });
}
