import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { commandName } from "./commands.ts";

type Code = "policy/unreadable" | "protocol/unsupported" | "session/limit";

/** A command that does not pass, whatever policy says. The client is told the detail. */
export function refuse(code: Code, detail: string): ClientStep {
  return { kind: "refuse", error: new GatewayError(code, detail, { detail }) };
}

export const notRelayed = (byte: number): ClientStep =>
  refuse("protocol/unsupported", `The command ${commandName(byte) ?? `number ${byte}`} is not relayed.`);

export const tooManyPrepared = (limit: number): ClientStep =>
  refuse("session/limit", `${limit} prepared statements are open.`);

export const tooMuchPrepared = (limit: number): ClientStep =>
  refuse("session/limit", `The texts of the open prepared statements are longer than ${limit} bytes.`);

export const unsureModes = (): ClientStep =>
  refuse(
    "policy/unreadable",
    "The session is in a character set or SQL mode in which texts cannot be read safely. Set it to another, reset the connection, or connect again.",
  );

export const notPreparedHere = (name: string): ClientStep =>
  refuse("policy/unreadable", `The statement "${name}" was not prepared by a text that passed through the gateway.`);

export const preparedInOtherModes = (): ClientStep =>
  refuse(
    "policy/unreadable",
    "The statement was prepared under an SQL mode in which its text means something else. Prepare it again.",
  );

export const notToBePrepared = (): ClientStep =>
  refuse("policy/unreadable", "This statement cannot be prepared. Send it as a text of its own.");

export const killAmongOthers = (): ClientStep =>
  refuse("policy/unreadable", "KILL QUERY must be the only statement of its text.");

export const localFilesOff = (): ClientStep =>
  refuse("protocol/unsupported", "The client has not said at its login that it sends local files.");
