import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { greetClient } from "./client-login/greet-client.ts";
import { createMysqlFramer } from "./framer.ts";
import { createMysqlInspector } from "./inspector/inspector.ts";
import { errPacket, mysqlNativeErrors } from "./native-errors.ts";
import { checkServer } from "./server-login/check-server.ts";
import { loginToServer } from "./server-login/login-to-server.ts";

/** MySQL and MariaDB, protocol 4.1: servers of MySQL from 5.7 and MariaDB from 10.2 on. */
export const mysql: ProtocolAdapter = {
  id: "mysql",
  label: "MySQL",
  defaultPort: 3306,
  nativeErrors: mysqlNativeErrors,
  greetsAsServer: true,
  greetClient,
  turnAway: (error) => errPacket(error, 0, { withState: false }),
  createFramer: createMysqlFramer,
  createInspector: createMysqlInspector,
  loginToServer,
  checkServer,
};
