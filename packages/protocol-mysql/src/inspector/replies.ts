import type { ClientStep } from "@sallyport/shared/adapter";
import type { Frame } from "@sallyport/shared/frame";
import { encodePacket } from "../messages/encode-packet.ts";
import { encodeErrPacket } from "../messages/err-packet.ts";
import { sequenceBehindFrame } from "../packet-frame.ts";

const UNKNOWN_STATEMENT = 1243;
const WRONG_ARGUMENTS = 1210;
const UNKNOWN_THREAD = 1094;
const GENERAL = "HY000";

/** In the server's own words: it never gave out this number, or it was closed. */
export function unknownStatement(frame: Frame, number: number): Extract<ClientStep, { kind: "reply" }> {
  return reply(frame, UNKNOWN_STATEMENT, `Unknown prepared statement handler (${number}) given to a command`);
}

/** As the server would say it to a client that relies on types of an execution that never reached it. */
export function typesNeverSent(frame: Frame): Extract<ClientStep, { kind: "reply" }> {
  return reply(frame, WRONG_ARGUMENTS, "Incorrect arguments to mysqld_stmt_execute");
}

/** As the server says it of a number that no session has. */
export function unknownThread(frame: Frame, id: number): Buffer {
  return err(frame, UNKNOWN_THREAD, `Unknown thread id: ${id}`);
}

function reply(frame: Frame, code: number, message: string): Extract<ClientStep, { kind: "reply" }> {
  return { kind: "reply", bytes: err(frame, code, message) };
}

function err(frame: Frame, code: number, message: string): Buffer {
  return encodePacket(sequenceBehindFrame(frame), encodeErrPacket({ code, sqlState: GENERAL, message }));
}
