import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { greetClient } from "./client-login/greet-client.ts";
import { createMongoFramer } from "./framer.ts";
import { createMongoInspector } from "./inspector/inspector.ts";
import { mongoNativeErrors } from "./native-errors.ts";
import { checkServer } from "./server-login/check-server.ts";
import { loginToServer } from "./server-login/login-to-server.ts";

/** MongoDB, its message of today (OP_MSG) and the hello of yesterday: servers from 5.0 on, and what speaks as they do. */
export const mongo: ProtocolAdapter = {
  id: "mongo",
  label: "MongoDB",
  defaultPort: 27017,
  nativeErrors: mongoNativeErrors,
  greetsAsServer: true,
  greetClient,
  // the protocol has no words that were not asked for
  turnAway: () => Buffer.alloc(0),
  createFramer: createMongoFramer,
  createInspector: createMongoInspector,
  loginToServer,
  checkServer,
};
