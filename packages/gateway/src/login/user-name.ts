import type { ClientHello } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { quoted } from "../printable.ts";

const MAX_LENGTH = 256;

/** Who a client says it is and where it wants to go, before anything is believed. */
export interface LoginName {
  /** Which credential proves the name: tickets carry a tilde, principals cannot. */
  readonly credential: "token" | "ticket";
  /** The principal's name, or the ticket's; undefined where the token alone says it. */
  readonly user: string | undefined;
  /** Left out only with a ticket, which has its own. */
  readonly connection: string | undefined;
  /** The server's database, where the client picks one; with a ticket alone, still as the client gave it: see `databaseOf`. */
  readonly database: string | undefined;
}

type Place = Pick<LoginName, "connection" | "database">;

const example = "Connect as USER with the connection's name as the database, or as USER+CONNECTION.";

function malformed(reason: string, detail: string): GatewayError {
  return new GatewayError("login/failed", reason, { detail, hint: example });
}

/**
 * Reads the forms of a user name: `principal` or a ticket's name, each with the connection behind a `+` or as the database.
 * `listenerConnection` is the one that the client's port leads to, where it leads to one.
 */
export function parseUserName(hello: Pick<ClientHello, "user" | "database">, listenerConnection?: string): LoginName {
  const database = hello.database === "" ? undefined : hello.database;
  assertBounds(hello.user ?? "", "user name");
  assertBounds(database ?? "", "database");
  const { user, behindPlus } = splitUser(hello.user);
  const credential = user?.includes("~") === true ? "ticket" : "token";
  if (listenerConnection !== undefined && behindPlus !== undefined && behindPlus !== listenerConnection) {
    const detail = `This port leads to ${quoted(listenerConnection)} alone.`;
    throw malformed(`${quoted(behindPlus)} is asked for on the port of ${quoted(listenerConnection)}`, detail);
  }
  const connection = listenerConnection ?? behindPlus;
  if (connection !== undefined) {
    return { credential, user, connection, database: databaseOf({ user, database }, connection) };
  }
  // a ticket says itself where it leads
  if (credential === "ticket") return { credential, user, connection, database };
  return { credential, user, ...placeInDatabase(database) };
}

function splitUser(text: string | undefined): { user: string | undefined; behindPlus: string | undefined } {
  if (text === undefined) return { user: undefined, behindPlus: undefined };
  const [user = "", behindPlus, ...more] = text.split("+");
  if (user === "") throw malformed("the user name is empty", "No user name was given.");
  if (behindPlus === "" || more.length > 0) {
    throw malformed(`${quoted(text)} is not USER+CONNECTION`, "The user name is not of the form USER+CONNECTION.");
  }
  return { user, behindPlus };
}

function assertBounds(text: string, what: string): void {
  if (text.length > MAX_LENGTH) {
    throw malformed(
      `the ${what} has ${text.length} characters`,
      `The ${what} is longer than ${MAX_LENGTH} characters.`,
    );
  }
  if (/\p{Cc}/u.test(text))
    throw malformed(`the ${what} holds control characters`, `The ${what} holds control characters.`);
}

/** `connection` or `connection/otherdb`. */
function placeInDatabase(database: string | undefined): Place {
  if (database === undefined) throw malformed("no connection is named", "No connection was named.");
  const slash = database.indexOf("/");
  if (slash === -1) return { connection: database, database: undefined };
  const place = { connection: database.slice(0, slash), database: database.slice(slash + 1) };
  if (place.connection === "" || place.database === "") {
    throw malformed(
      `${quoted(database)} is not CONNECTION/DATABASE`,
      "The database is not of the form CONNECTION/DATABASE.",
    );
  }
  return place;
}

/**
 * Where the connection is known otherwise, the database field is free to name the server's. Clients that are given none send
 * the user's name, and tools often repeat the connection's: neither picks a database.
 */
export function databaseOf(
  { user, database }: Pick<LoginName, "user" | "database">,
  connection: string,
): string | undefined {
  if (database === undefined || [connection, user, `${user}+${connection}`].includes(database)) return undefined;
  const prefix = `${connection}/`;
  if (!database.startsWith(prefix)) return database;
  if (database === prefix)
    throw malformed(
      `${quoted(database)} is not CONNECTION/DATABASE`,
      "The database is not of the form CONNECTION/DATABASE.",
    );
  return database.slice(prefix.length);
}
