import type { Frame } from "@sallyport/shared/frame";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { encodePacket } from "../messages/encode-packet.ts";
import { command } from "./commands.ts";
import { statementIn } from "./statement-in.ts";
import type { PreparedStatements } from "./prepared-statements.ts";

/**
 * COM_STMT_RESET for the statement of a refused execution, where values for it went to the server in pieces: clients take them for
 * used up, and the server would mix them into the next execution.
 */
export function resetOf(frame: Frame, prepared: PreparedStatements): Buffer | undefined {
  const number = statementIn(frame);
  const statement = number === undefined ? undefined : prepared.get(number);
  if (number === undefined || statement === undefined || statement.longValues.size === 0) return undefined;
  prepared.clearLongValues(statement);
  return encodePacket(0, new ByteWriter().uint8(command.STMT_RESET).uint32LE(number).finish());
}
