import { mysql } from "@sallyport/protocol-mysql/adapter";
import { startServedMysql } from "../support/served-mysql.ts";
import { errorNumbersIn, logInToMysql, packet } from "./mysql-wire-client.ts";
import type { ProtocolDriver } from "./protocol-driver.ts";

const UNKNOWN_COLUMN = 1054;
const INTERRUPTED = 1317;
const UNKNOWN_THREAD = 1094;

/** MySQL as the contract suite speaks it. A cancel is a login of its own, so it is tested where clients are (test/clients). */
export const mysqlDriver: ProtocolDriver = {
  adapter: mysql,
  speaksUnasked: true,
  hasGoodbye: true,
  supportsTls: true,
  async startServer() {
    const served = await startServedMysql("mysql");
    const { port, credential, database } = served;
    return {
      port,
      database,
      credential: { user: credential.user, password: credential.password ?? "" },
      statements: () => served.statements(),
      [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
    };
  },
  logIn: logInToMysql,
  nativeErrorsIn: errorNumbersIn,
  again: { kill: (id) => `KILL QUERY ${id}`, unknown: UNKNOWN_THREAD },
  statements: {
    read: (label) => `SELECT '${label}'`,
    drop: (label) => `DROP TABLE \`${label}\``,
    unreadable: "SELEC 1",
    failing: { text: "SELECT nothing_like_it", native: UNKNOWN_COLUMN },
    endless: {
      text: "SELECT COUNT(*) FROM information_schema.columns WHERE SLEEP(600)",
      mark: "SLEEP(600)",
      cancelled: INTERRUPTED,
    },
    ending: "SET SESSION wait_timeout = 1",
  },
  bytes: {
    halfLogin: Buffer.of(0x20, 0, 0),
    garbageAtLogin: Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    // no command
    garbage: packet(0),
    // COM_SET_OPTION, which has two bytes, with 128 KiB
    oversize: Buffer.of(0, 0, 2, 0, 0x1b),
    // out of its turn
    garbageOfServer: Buffer.of(1, 0, 0, 7, 0),
    version: ["\n9.", "\n4."],
  },
};
