import { Binary } from "bson";
import { documentOf, textOf, type BsonDocument } from "../bson-document.ts";
import { MongodError } from "../mongod-error.ts";
import type { Command, CommandContext } from "../server-state.ts";
import { beginScram, scramUser, type ScramExchange } from "./scram-exchange.ts";
import type { ScramMechanism } from "./accounts.ts";

interface Conversation {
  readonly exchange: ScramExchange;
  readonly user: { readonly user: string; readonly db: string };
  readonly skipsEmpty: boolean;
  /** The proof was right, and only the client's empty message is missing. */
  readonly proved: boolean;
}

/** Logins that are under way, by connection. */
const conversations = new WeakMap<object, Conversation>();

/** Begins a login: SCRAM, PLAIN, or with the certificate that the client has shown. */
export const saslStart: Command = (context) => startLogin(context, context.command, context.database);

/** Goes on with SCRAM. */
export const saslContinue: Command = ({ command, connection }) => {
  const conversation = conversations.get(connection);
  if (conversation === undefined) throw new MongodError(17, "No SASL session state found");
  if (conversation.proved) {
    conversations.delete(connection);
    connection.user = conversation.user;
    return replyOf("", true);
  }
  conversations.delete(connection);
  const last = conversation.exchange.finish(payloadOf(command));
  if (last === undefined) throw refused();
  if (conversation.skipsEmpty) connection.user = conversation.user;
  else conversations.set(connection, { ...conversation, proved: true });
  return replyOf(last, conversation.skipsEmpty);
};

/** The older form of a login by certificate. */
export const authenticate: Command = (context) => {
  if (context.command["mechanism"] !== "MONGODB-X509") throw new MongodError(2, "Unsupported mechanism");
  logInByCertificate(context, textOf(context.command, "user"));
  return { dbname: "$external", user: context.connection.user?.user };
};

export const logout: Command = ({ connection }) => {
  connection.user = undefined;
  return {};
};

/** A login within the first hello. It fails by being left out of the reply. */
export function speculativeLogin(context: CommandContext): BsonDocument {
  const { speculativeAuthenticate: attempt } = context.command;
  if (attempt === undefined) return {};
  const command = documentOf(context.command, "speculativeAuthenticate");
  try {
    const database = textOf(command, "db") ?? "admin";
    if ("saslStart" in command) return { speculativeAuthenticate: startLogin(context, command, database) };
    if (!("authenticate" in command)) return {};
    logInByCertificate(context, textOf(command, "user"));
    return { speculativeAuthenticate: { dbname: "$external", user: context.connection.user?.user } };
  } catch (reason) {
    if (reason instanceof MongodError) return {};
    throw reason;
  }
}

/** The mechanisms of the account that a hello asks about. */
export function mechanismsOf({ command, server }: CommandContext): BsonDocument {
  const asked = textOf(command, "saslSupportedMechs");
  if (asked === undefined) return {};
  const [database = "", ...user] = asked.split(".");
  const known = server.data.accounts.get(database, user.join(".")) !== undefined;
  return known ? { saslSupportedMechs: ["SCRAM-SHA-256", "SCRAM-SHA-1"] } : {};
}

function startLogin(context: CommandContext, command: BsonDocument, database: string): BsonDocument {
  const { connection, server } = context;
  const mechanism = textOf(command, "mechanism") ?? "";
  if (mechanism === "PLAIN") {
    const [, user = "", password] = payloadOf(command).split("\0");
    const account = server.data.accounts.get("$external", user) ?? server.data.accounts.get("admin", user);
    if (account === undefined || account.password !== password) throw refused();
    connection.user = { user, db: account.database };
    return replyOf("", true);
  }
  if (!isScram(mechanism))
    throw new MongodError(334, `Received authentication for mechanism ${mechanism} which is not enabled`);
  const clientFirst = payloadOf(command);
  const user = scramUser(clientFirst);
  const credential = server.data.accounts.credential(database, user, mechanism);
  if (credential === undefined) throw refused();
  const exchange = beginScram(clientFirst, credential);
  const skipsEmpty = documentOf(command, "options")["skipEmptyExchange"] === true;
  conversations.set(connection, { exchange, user: { user, db: database }, skipsEmpty, proved: false });
  return replyOf(exchange.serverFirst, false);
}

function logInByCertificate({ connection, server }: CommandContext, named: string | undefined): void {
  const { certificateSubject: subject } = connection;
  if (subject === undefined) throw new MongodError(18, "No verified subject name available from client");
  if (named !== undefined && named !== subject) throw refused();
  if (server.data.accounts.get("$external", subject) === undefined) throw refused();
  connection.user = { user: subject, db: "$external" };
}

function isScram(mechanism: string): mechanism is ScramMechanism {
  return mechanism === "SCRAM-SHA-256" || mechanism === "SCRAM-SHA-1";
}

function payloadOf(command: BsonDocument): string {
  const { payload } = command;
  return payload instanceof Binary ? Buffer.from(payload.value()).toString("utf8") : "";
}

function replyOf(payload: string, done: boolean): BsonDocument {
  return { conversationId: 1, done, payload: new Binary(Buffer.from(payload)) };
}

function refused(): MongodError {
  return new MongodError(18, "Authentication failed.");
}
