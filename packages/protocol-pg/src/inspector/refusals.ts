import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";

type Code = "policy/denied" | "policy/unreadable" | "protocol/unsupported" | "session/limit";

/** A frame that does not pass, whatever policy says. The client is told the detail. */
export function refuse(code: Code, detail: string): ClientStep {
  return { kind: "refuse", error: new GatewayError(code, detail, { detail }) };
}

export const tooManyNames = (limit: number): ClientStep =>
  refuse("session/limit", `${limit} prepared statements and cursors are open.`);

export const tooMuchBound = (limit: number): ClientStep =>
  refuse("session/limit", `Open portals hold more than ${limit} bytes of values.`);

export const tooMuchPrepared = (limit: number): ClientStep =>
  refuse("session/limit", `The texts of the open prepared statements are longer than ${limit} characters.`);

export const ambiguousName = (name: string): ClientStep =>
  refuse("session/limit", `The name "${name}" is longer than the gateway keeps track of.`);

export const unseenPortal = (): ClientStep =>
  refuse("policy/unreadable", "The gateway runs only portals that a statement of this session has made through it.");

export const functionCall = (): ClientStep =>
  refuse("protocol/unsupported", "Fast-path function calls are not relayed: what they do cannot be read.");

export const unsureMeaning = (): ClientStep =>
  refuse(
    "policy/unreadable",
    "What this text means depends on settings that the statement sent just before it may change. Send it after a Sync, or use parameters instead of literals.",
  );

/** A statement that has run, and whose result or time goes beyond what policy lets it have. */
export const overLimit = (what: string): GatewayError =>
  new GatewayError("session/limit", `limit: ${what}`, {
    detail: `The statement was stopped: policy does not let it have ${what}.`,
    hint: "Ask for less at once, or ask the owner of the policy if you need it.",
  });

export const readOnlySession = (): ClientStep =>
  refuse("policy/denied", "This session may only read, and that cannot be lifted.");
