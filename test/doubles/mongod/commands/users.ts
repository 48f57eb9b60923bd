import { textOf, isDocument } from "../bson-document.ts";
import { MongodError } from "../mongod-error.ts";
import type { Command } from "../server-state.ts";

export const createUser: Command = ({ command, database, server }) => {
  const user = textOf(command, "createUser") ?? "";
  if (server.data.accounts.get(database, user) !== undefined) {
    throw new MongodError(51003, `User "${user}@${database}" already exists`);
  }
  server.data.accounts.put({ user, database, password: textOf(command, "pwd") ?? "" });
  return {};
};

export const updateUser: Command = ({ command, database, server }) => {
  const user = textOf(command, "updateUser") ?? "";
  const account = server.data.accounts.get(database, user);
  if (account === undefined) throw new MongodError(11, `User ${user}@${database} not found`);
  server.data.accounts.put({ ...account, password: textOf(command, "pwd") ?? account.password });
  return {};
};

export const dropUser: Command = ({ command, database, server }) => {
  const user = textOf(command, "dropUser") ?? "";
  if (server.data.accounts.remove(database, user)) return {};
  throw new MongodError(11, `User '${user}@${database}' not found`);
};

export const usersInfo: Command = ({ command, database, server }) => {
  const { usersInfo: asked } = command;
  const wanted = isDocument(asked) ? textOf(asked, "user") : typeof asked === "string" ? asked : undefined;
  const found = server.data.accounts
    .inDatabase(database)
    .filter(({ user }) => wanted === undefined || user === wanted)
    .map(({ user }) => ({ _id: `${database}.${user}`, user, db: database, roles: [{ role: "root", db: "admin" }] }));
  return { users: found };
};
