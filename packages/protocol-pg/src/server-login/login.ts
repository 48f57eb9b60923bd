import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerMessages } from "./server-messages.ts";
import type { Protection } from "./server-tls.ts";

/** Who logs in, and over what. */
export interface Login {
  readonly stream: SocketStream;
  readonly messages: ServerMessages;
  readonly user: string;
  readonly password: Secret<string> | undefined;
  readonly protection: Protection;
}
