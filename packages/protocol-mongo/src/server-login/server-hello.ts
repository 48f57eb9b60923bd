import { type as osType } from "node:os";
import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { elementsOf, find } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, isTruthy, stringOf, valueIn, wholeNumberOf } from "../bson/read-value.ts";
import type { BsonObject } from "../bson/encode-document.ts";
import { OLDEST_WIRE_VERSION } from "../hello/hello-reply.ts";
import { fact, loginSetting, type Topology } from "../server-facts.ts";
import { cutText } from "@sallyport/shared/bytes/cut-text";
import type { ServerCommands } from "./server-commands.ts";
import { acceptedBy } from "./server-error.ts";

/** A set has at most fifty members. */
const MAX_MEMBERS = 50;
/** Servers refuse metadata of more than 512 bytes in all. */
const MAX_PLATFORM_BYTES = 128;

/** What a server is within its installation: `sole` is the only door to it, a standalone or a router; `other` serves nobody. */
export type Role = "sole" | "primary" | "secondary" | "other";

/** What a server says of itself before anybody has logged in. */
export interface ServerHello {
  readonly topology: Topology;
  readonly role: Role;
  readonly setName: string | undefined;
  /** As `host:port`, the primary first where it is known. */
  readonly members: readonly string[];
  /** Its own among them. */
  readonly me: string | undefined;
  /** How the account may log in; undefined where the server does not say. */
  readonly mechanisms: readonly string[] | undefined;
  /** What clients are told of it, by the names of `fact`. */
  readonly limits: Readonly<Record<string, string>>;
}

/** What the agent says of itself and asks with its hello. */
export interface HelloToServer {
  readonly request: OpenSession;
  readonly application: string;
  /** The account that will log in, as `database.user`. */
  readonly account: string | undefined;
}

/** Says hello under the command's old name, which every server knows. */
export async function greetServer(
  commands: ServerCommands,
  { request, application, account }: HelloToServer,
): Promise<ServerHello> {
  const reply = await commands.ask({
    isMaster: 1,
    helloOk: true,
    saslSupportedMechs: account,
    client: metadata(request, application),
  });
  return readServerHello(acceptedBy(reply));
}

function metadata({ settings }: OpenSession, application: string): BsonObject {
  const client = [settings[loginSetting.driver], settings[loginSetting.application]].filter(
    (part) => part !== undefined,
  );
  return {
    application: { name: application },
    driver: { name: "sallyport", version: "1" },
    os: { type: osType() },
    platform: client.length === 0 ? undefined : cutText(client.join(" "), MAX_PLATFORM_BYTES),
  };
}

/** Reads the answer. Throws `server/unsupported` for a server that is too old. */
function readServerHello(reply: RawDocument): ServerHello {
  const maxWireVersion = valueIn(reply, fact.maxWireVersion, wholeNumberOf) ?? 0;
  if (maxWireVersion < OLDEST_WIRE_VERSION) {
    throw new GatewayError("server/unsupported", `the server speaks wire version ${maxWireVersion}`, {
      detail: "The server is older than MongoDB 5.0.",
    });
  }
  const setName = valueIn(reply, "setName", stringOf);
  const isRouter = valueIn(reply, "msg", stringOf) === "isdbgrid";
  const isWritable = isTruthy(find(reply, "isWritablePrimary")) || isTruthy(find(reply, "ismaster"));
  const isSecondary = isTruthy(find(reply, "secondary")) && !isTruthy(find(reply, "hidden"));
  // one that was made for a set and is in none yet
  const isOfSet = setName !== undefined || isTruthy(find(reply, "isreplicaset"));
  return {
    topology: isRouter ? "mongos" : isOfSet ? "replica-set" : "standalone",
    role: !isOfSet ? "sole" : isWritable ? "primary" : isSecondary ? "secondary" : "other",
    setName,
    members: membersIn(reply),
    me: valueIn(reply, "me", stringOf),
    mechanisms: textsIn(reply, "saslSupportedMechs"),
    limits: limitsIn(reply),
  };
}

function membersIn(reply: RawDocument): readonly string[] {
  const primary = valueIn(reply, "primary", stringOf);
  const hosts = [...(textsIn(reply, "hosts") ?? []), ...(textsIn(reply, "passives") ?? [])];
  return [...new Set(primary === undefined ? hosts : [primary, ...hosts])].slice(0, MAX_MEMBERS);
}

function limitsIn(reply: RawDocument): Readonly<Record<string, string>> {
  const names = [
    fact.minWireVersion,
    fact.maxWireVersion,
    fact.maxBsonObjectSize,
    fact.maxMessageSizeBytes,
    fact.maxWriteBatchSize,
    fact.logicalSessionTimeoutMinutes,
    fact.connectionId,
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = valueIn(reply, name, wholeNumberOf);
      return value === undefined || value < 0 ? [] : [[name, String(value)]];
    }),
  );
}

function textsIn(reply: RawDocument, name: string): readonly string[] | undefined {
  const array = valueIn(reply, name, arrayOf);
  if (array === undefined) return undefined;
  return [...elementsOf(array)].map(stringOf).filter((text) => text !== undefined);
}
