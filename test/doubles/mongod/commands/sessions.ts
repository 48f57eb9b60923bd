import { Binary, UUID } from "bson";
import { documentsOf } from "../bson-document.ts";
import type { Command } from "../server-state.ts";

const ID_BYTES = Binary.SUBTYPE_UUID;

/** A session's id that the server chose. */
export const startSession: Command = () => ({
  id: { id: new Binary(new UUID().buffer, ID_BYTES) },
  timeoutMinutes: 30,
});

export const endSessions: Command = ({ command, server, request }) => {
  for (const session of documentsOf(command, request.name)) server.data.transactions.end(session["id"]);
  return {};
};

export const refreshSessions: Command = () => ({});

export const commitTransaction: Command = ({ command, server }) => {
  const { data } = server;
  const before = data.store.snapshot();
  for (const namespace of data.transactions.commit(command, data.store))
    data.changes.append(namespace, before, data.store);
  return {};
};

export const abortTransaction: Command = ({ command, server }) => {
  server.data.transactions.abort(command);
  return {};
};
