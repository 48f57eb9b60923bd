import { GatewayError } from "@sallyport/shared/errors";
import { elementsOf, find, type Element } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, binaryOf, documentOf, int64Of, valueIn } from "../bson/read-value.ts";
import type { MessagePatch } from "./message-patch.ts";
import type { Seal } from "./seal.ts";

const UUID_BYTES = 16;
const UUID_SUBTYPE = 4;
/** The length and the subtype in front of a binary's bytes. */
const BINARY_HEADER_BYTES = 5;
const SUBTYPE_AT = 4;

/** Commands that name sessions in a list of their own. */
const namingSessions: ReadonlySet<string> = new Set(["endSessions", "refreshSessions"]);
/** Where the answer to killCursors says what became of which. */
const killedCursors = ["cursorsKilled", "cursorsNotFound", "cursorsAlive", "cursorsUnknown"] as const;

/** Changes the numbers of a request to the server's. Gives what is wrong with them, in words for the client. */
export function openRequest(name: string, body: RawDocument, seal: Seal, patch: MessagePatch): string | undefined {
  const lsid = find(body, "lsid");
  const listed = namingSessions.has(name) ? listIn(find(body, name)) : [];
  if (listed === undefined) return "Sessions are named in an array.";
  for (const session of lsid === undefined ? listed : [lsid, ...listed]) {
    const id = sessionId(session);
    if (id === undefined) return "A session is named by a UUID and nothing else.";
    patch.put(id.at, seal.sessionToServer(id.bytes));
  }
  const cursors = cursorsIn(name, body);
  if (cursors === undefined) return "Cursors are named in an array.";
  for (const cursor of cursors) {
    const id = int64Of(cursor);
    if (id === undefined) return "A cursor is named by a 64-bit integer.";
    patch.putInt64(cursor.valueStart, seal.cursorToServer(id));
  }
  return undefined;
}

function cursorsIn(name: string, body: RawDocument): readonly Element[] | undefined {
  if (name === "killCursors") return listIn(find(body, "cursors"));
  const cursor = name === "getMore" ? find(body, name) : undefined;
  return cursor === undefined ? [] : [cursor];
}

/** Changes the server's numbers in a reply to the principal's own. Batches are hopped over. */
export function sealReply(name: string, reply: RawDocument, seal: Seal, patch: MessagePatch): void {
  const cursor = valueIn(reply, "cursor", documentOf);
  const id = cursor === undefined ? undefined : find(cursor, "id");
  sealCursor(id, seal, patch);
  if (name === "killCursors") {
    for (const field of killedCursors) {
      for (const each of listIn(find(reply, field)) ?? []) sealCursor(each, seal, patch);
    }
  }
  const started = name === "startSession" ? find(reply, "id") : undefined;
  const session = started === undefined ? undefined : sessionId(started);
  if (session !== undefined) patch.put(session.at, seal.sessionToClient(session.bytes));
}

/** Nothing passes as a cursor's number that could not be made the principal's own. */
function sealCursor(element: Element | undefined, seal: Seal, patch: MessagePatch): void {
  if (element === undefined) return;
  const id = int64Of(element);
  if (id === undefined) throw new GatewayError("server/malformed", "the server numbers a cursor by no 64-bit integer");
  if (id !== 0n) patch.putInt64(element.valueStart, seal.cursorToClient(id));
}

/** `{id: UUID}`. A `uid` beside it would name somebody else's session. */
function sessionId(element: Element): { readonly at: number; readonly bytes: Buffer } | undefined {
  const document = documentOf(element);
  if (document === undefined) return undefined;
  const [id, ...more] = elementsOf(document);
  const bytes = id?.name === "id" && more.length === 0 ? binaryOf(id) : undefined;
  if (id === undefined || bytes?.length !== UUID_BYTES) return undefined;
  if (id.document.bytes[id.valueStart + SUBTYPE_AT] !== UUID_SUBTYPE) return undefined;
  return { at: id.valueStart + BINARY_HEADER_BYTES, bytes };
}

/** The elements of an array; undefined where it is none. */
function listIn(element: Element | undefined): readonly Element[] | undefined {
  const array = element === undefined ? undefined : arrayOf(element);
  return array === undefined ? undefined : [...elementsOf(array)];
}
