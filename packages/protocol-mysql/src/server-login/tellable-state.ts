import {
  decodeStateChanges,
  encodeStateChanges,
  type StateChange,
  type TellableChange,
} from "../messages/state-changes.ts";

/** The state that a login tells of is the name of a schema and a few settings; more is not passed on. */
const MAX_BYTES = 4 * 1024;
/** Sends drivers of MariaDB to another server, with the credential that they have for the gateway. */
const REDIRECTION = "redirect_url";

/** What of the state in the server's OK the client may see in its own. */
export function tellableState(block: Buffer | undefined): Buffer {
  if (block === undefined) return Buffer.alloc(0);
  const told = encodeStateChanges(decodeStateChanges(block).filter(isTellable));
  return told.length > MAX_BYTES ? Buffer.alloc(0) : told;
}

function isTellable(change: StateChange): change is TellableChange {
  return change.kind === "schema" || (change.kind === "variable" && change.name.toLowerCase() !== REDIRECTION);
}
