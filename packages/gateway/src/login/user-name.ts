import type { ClientHello } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { quoted } from "../printable.ts";

const MAX_LENGTH = 256;

/** Who a client says it is and where it wants to go, before anything is believed. */
export interface LoginName {
  /** Which credential proves the name: tickets carry a tilde, principals cannot. */
  readonly credential: "token" | "ticket";
  /** The principal's name, or the ticket's. */
  readonly user: string;
  /** Left out only with a ticket, which has its own. */
  readonly connection: string | undefined;
  /** The server's database, where the client picks one. */
  readonly database: string | undefined;
}

type Place = Pick<LoginName, "connection" | "database">;

const example = "Connect as USER with the connection's name as the database, or as USER+CONNECTION.";

function malformed(reason: string, detail: string): GatewayError {
  return new GatewayError("login/failed", reason, { detail, hint: example });
}

/** Reads the forms of a user name: `principal` or a ticket's name, each with the connection behind a `+` or as the database. */
export function parseUserName(hello: Pick<ClientHello, "user" | "database">): LoginName {
  const database = hello.database === "" ? undefined : hello.database;
  assertBounds(hello.user, "user name");
  assertBounds(database ?? "", "database");
  const [user = "", behindPlus, ...more] = hello.user.split("+");
  if (user === "") throw malformed("the user name is empty", "No user name was given.");
  const credential = user.includes("~") ? "ticket" : "token";
  if (behindPlus === undefined) return { credential, user, ...placeInDatabase(database, credential, user) };
  if (behindPlus === "" || more.length > 0) {
    throw malformed(
      `${quoted(hello.user)} is not USER+CONNECTION`,
      "The user name is not of the form USER+CONNECTION.",
    );
  }
  return {
    credential,
    user,
    connection: behindPlus,
    database: databaseBesidePlus(database, behindPlus, [hello.user, user]),
  };
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
function placeInDatabase(database: string | undefined, credential: LoginName["credential"], user: string): Place {
  // clients that are given no database send the user's name in its place
  if (credential === "ticket" && (database === undefined || database === user)) {
    return { connection: undefined, database: undefined };
  }
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
 * With the connection in the user name the database field is free to name the server's. Clients that are given none send
 * the user's name, and tools often repeat the connection's: neither picks a database.
 */
function databaseBesidePlus(
  database: string | undefined,
  connection: string,
  users: readonly string[],
): string | undefined {
  if (database === undefined || database === connection || users.includes(database)) return undefined;
  const prefix = `${connection}/`;
  if (!database.startsWith(prefix)) return database;
  if (database === prefix)
    throw malformed(
      `${quoted(database)} is not CONNECTION/DATABASE`,
      "The database is not of the form CONNECTION/DATABASE.",
    );
  return database.slice(prefix.length);
}
