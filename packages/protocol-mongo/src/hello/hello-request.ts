import { GatewayError } from "@sallyport/shared/errors";
import { elementType } from "../bson/element-type.ts";
import { find } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { documentOf, isTruthy, valueIn } from "../bson/read-value.ts";

/** The command's names: the first is today's, the others are what older servers and the first message of most drivers call it. */
const names: ReadonlySet<string> = new Set(["hello", "isMaster", "ismaster"]);

/** What a client asks by `hello`, as far as an answer depends on it. */
export interface HelloRequest {
  /** Whether it came under the old name, whose answer says some things in other words. */
  readonly legacy: boolean;
  /** Whether the client knows the new name. */
  readonly helloOk: boolean;
  /** Whether the client wants to know how its user may log in. */
  readonly asksMechanisms: boolean;
  /** The first message of a login, sent along to save a round trip. */
  readonly speculative: RawDocument | undefined;
  /** What the client says of itself, with the first one of a connection. */
  readonly client: RawDocument | undefined;
}

/** Whether a command of this name is a hello. */
export function isHello(command: string): boolean {
  return names.has(command);
}

/**
 * Reads a command that `isHello`. Throws `protocol/unsupported` where the client takes us for a load balancer, which it would
 * be right about only in part.
 */
export function readHello(command: string, body: RawDocument): HelloRequest {
  if (isTruthy(find(body, "loadBalanced"))) {
    throw new GatewayError("protocol/unsupported", "the client asks for load balanced mode", {
      detail: "The gateway is no MongoDB load balancer.",
      hint: "Take loadBalanced out of the connection string.",
    });
  }
  return {
    legacy: command !== "hello",
    helloOk: isTruthy(find(body, "helloOk")),
    asksMechanisms: find(body, "saslSupportedMechs")?.type === elementType.string,
    speculative: valueIn(body, "speculativeAuthenticate", documentOf),
    client: valueIn(body, "client", documentOf),
  };
}
