import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { commandName } from "./commands.ts";
import { MAX_PREPARED, MAX_PREPARED_BYTES } from "./prepared-statements.ts";

type RefuseStep = Extract<ClientStep, { kind: "refuse" }>;
type Code = "policy/unreadable" | "protocol/unsupported" | "session/limit";

/** A command that does not pass, whatever policy says. The client is told the detail. */
export function refuse(code: Code, detail: string): RefuseStep {
  return { kind: "refuse", error: new GatewayError(code, detail, { detail }) };
}

export const notRelayed = (byte: number): RefuseStep =>
  refuse("protocol/unsupported", `The command ${commandName(byte) ?? `number ${byte}`} is not relayed.`);

export const tooManyPrepared = (): RefuseStep =>
  refuse("session/limit", `${MAX_PREPARED} prepared statements are open.`);

export const tooMuchPrepared = (): RefuseStep =>
  refuse(
    "session/limit",
    `The texts of the open prepared statements would be longer than ${MAX_PREPARED_BYTES} bytes.`,
  );

export const tooManyLongValues = (): RefuseStep =>
  refuse("session/limit", "More values are on their way in pieces than a session may have.");

export const unsureModes = (): RefuseStep =>
  refuse(
    "policy/unreadable",
    "The session is in a character set or SQL mode in which texts cannot be read safely. Set it to another, reset the connection, or connect again.",
  );

export const notPreparedHere = (name: string): RefuseStep =>
  refuse("policy/unreadable", `The statement "${name}" was not prepared by a text that passed through the gateway.`);

export const preparedInOtherModes = (): RefuseStep =>
  refuse(
    "policy/unreadable",
    "The statement was prepared under an SQL mode in which its text means something else. Prepare it again.",
  );

export const notToBePrepared = (): RefuseStep =>
  refuse("policy/unreadable", "This statement cannot be prepared. Send it as a text of its own.");

export const killAmongOthers = (): RefuseStep =>
  refuse("policy/unreadable", "KILL QUERY must be the only statement of its text.");

export const localFilesOff = (): RefuseStep =>
  refuse("protocol/unsupported", "The client has not said at its login that it sends local files.");
