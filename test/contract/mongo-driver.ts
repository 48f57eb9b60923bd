import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mongo } from "@sallyport/protocol-mongo/adapter";
import { EJSON } from "bson";
import { startMongod } from "../doubles/mongod/start-mongod.ts";
import { mongoMsg } from "../support/mongo-messages.ts";
import { logInToMongo, mongoErrorsIn } from "./mongo-wire-client.ts";
import type { ProtocolDriver } from "./protocol-driver.ts";

const BAD_VALUE = 2;
const INTERRUPTED = 11_601;
const NO_KIND = 9;
/** The kind of the first section. */
const KIND_AT = 20;

/** What drivers, and the agent, say besides statements. */
const upkeep = new Set([
  "hello",
  "isMaster",
  "ismaster",
  "saslStart",
  "saslContinue",
  "ping",
  "buildInfo",
  "currentOp",
  "killOp",
  "aggregate:admin",
]);
/** What a statement's record leaves out. */
const envelope = new Set(["lsid", "$clusterTime", "$readPreference"]);

/** MongoDB as the contract suite speaks it, on the double: statements are commands in Extended JSON. */
export const mongoDriver: ProtocolDriver = {
  adapter: mongo,
  speaksUnasked: false,
  hasGoodbye: false,
  supportsTls: true,
  async startServer(folder) {
    const user = "root";
    const password = randomBytes(18).toString("base64url");
    const server = await startMongod({ users: [{ user, password }] });
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, password, { mode: 0o600 });
    return {
      port: server.port,
      database: "shop",
      credential: { user, password: `file:${passwordFile}` },
      statements: async () =>
        server.commands
          .filter(({ name, database }) => !upkeep.has(name) && !upkeep.has(`${name}:${database}`))
          .map(({ command }) =>
            EJSON.stringify(Object.fromEntries(Object.entries(command).filter(([name]) => !envelope.has(name)))),
          ),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  logIn: logInToMongo,
  nativeErrorsIn: mongoErrorsIn,
  statements: {
    read: (label) => `{"find":"labels","comment":"${label}","$db":"shop"}`,
    drop: (label) => `{"drop":"${label}","$db":"shop"}`,
    unreadable: '{"find":"labels","surprise":1,"$db":"shop"}',
    failing: { text: '{"find":"labels","filter":{"$or":5}}', native: BAD_VALUE },
    endless: {
      text: '{"find":"labels","filter":{"$where":"sleep(600000)"}}',
      mark: "sleep(600000)",
      cancelled: INTERRUPTED,
    },
  },
  bytes: {
    halfLogin: Buffer.of(0x40, 0, 0),
    garbageAtLogin: Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    garbage: withoutKind(),
    oversize: Buffer.from("ffffff7f0100000000000000dd070000", "hex"),
    garbageOfServer: Buffer.from("100000000100000000000000ffffffff", "hex"),
    version: ["maxWireVersion\u0000\u0015", "maxWireVersion\u0000\u0005"],
  },
};

/** A message whose only section is of a kind that there is none of. */
function withoutKind(): Buffer {
  const message = mongoMsg({ ping: 1, $db: "shop" });
  message.writeUInt8(NO_KIND, KIND_AT);
  return message;
}
