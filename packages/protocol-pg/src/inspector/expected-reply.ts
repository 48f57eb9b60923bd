import type { TimedStatement } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import type { NamedObject } from "../messages/named-object.ts";
import type { PlannedResult } from "./planned-result.ts";
import type { RunningStatement } from "./running-statement.ts";

/** What is known of the statement of a message that runs now. */
export interface Running {
  rows: number;
  copyBegun: boolean;
  /** Applies its plan; undefined where it has none. */
  result: PlannedResult | undefined;
  /** Why the client was told that it failed, before the server was done with it. */
  failure: GatewayError | undefined;
}

/** What was sent to be run, and for how long all of it may. */
interface Timeable {
  readonly timed: TimedStatement | undefined;
}

/** One client message that the server has still to answer, in the order they were sent. */
export type ExpectedReply =
  | { readonly kind: "parse"; readonly name: string }
  | { readonly kind: "bind"; readonly portal: string }
  /** `ownFor`: asked by the gateway, for this result of the Execute right behind it. */
  | { readonly kind: "describe"; readonly ownFor: PlannedResult | undefined }
  | { readonly kind: "close"; readonly object: NamedObject }
  /** `running` is undefined where the portal holds the empty statement. */
  | ({ readonly kind: "execute"; readonly running: RunningStatement | undefined } & Running & Timeable)
  | ({
      readonly kind: "query";
      readonly running: readonly RunningStatement[];
      /** How many of them are complete. */
      done: number;
      failed: boolean;
      /** Stands for a refused query: see `refused`. */
      readonly refusal: Buffer | undefined;
    } & Running &
      Timeable)
  | { readonly kind: "sync" }
  /** Stands for a refused message: the server was sent one that surely fails, and its error becomes this one of ours. */
  | { readonly kind: "refused"; readonly refusal: Buffer };

/** A message whose statements give rows. */
export type RunningReply = Extract<ExpectedReply, { kind: "execute" | "query" }>;

/** The statement that the server is at; undefined where it is at none, or at one that is empty. */
export function currentOf(reply: ExpectedReply | undefined): RunningStatement | undefined {
  if (reply?.kind === "execute") return reply.running;
  return reply?.kind === "query" ? reply.running[reply.done] : undefined;
}

/**
 * What statements that are sent together may take: as long as all of their limits. How far the server has got with them is not
 * known while it keeps its answers to itself.
 */
function timeFor(statements: readonly RunningStatement[]): TimedStatement | undefined {
  let timeoutMs = 0;
  for (const { plan } of statements) timeoutMs += plan?.limits.timeoutMs ?? 0;
  return timeoutMs === 0 ? undefined : { timeoutMs };
}

/** A Query with these statements, just sent. `result` is the first one's. */
export function sentQuery(running: readonly RunningStatement[], result: PlannedResult | undefined): ExpectedReply {
  return {
    kind: "query",
    running,
    done: 0,
    failed: false,
    refusal: undefined,
    rows: 0,
    copyBegun: false,
    result,
    failure: undefined,
    timed: timeFor(running),
  };
}

/** A refused Query, in whose place one was sent that fails. */
export function refusedQuery(refusal: Buffer): ExpectedReply {
  return {
    kind: "query",
    running: [],
    done: 0,
    failed: false,
    refusal,
    rows: 0,
    copyBegun: false,
    result: undefined,
    failure: undefined,
    timed: undefined,
  };
}

/** An Execute, just sent. */
export function sentExecute(
  running: RunningStatement | undefined,
  result: PlannedResult | undefined,
): Extract<ExpectedReply, { kind: "execute" }> {
  const timed = running === undefined ? undefined : timeFor([running]);
  return { kind: "execute", running, rows: 0, copyBegun: false, result, failure: undefined, timed };
}

/** What a refusal or a reply of the server leaves unrun. */
export function unrunPermits(reply: ExpectedReply): readonly string[] {
  if (reply.kind === "execute") return reply.running === undefined ? [] : [reply.running.permit];
  if (reply.kind === "query") return reply.running.slice(reply.done).map(({ permit }) => permit);
  return [];
}

/** Whether the message may yet make the server ask for COPY data. Until that is known, what follows cannot be read. */
export function mayAskForCopyData(reply: ExpectedReply): boolean {
  if (reply.kind === "execute") return !reply.copyBegun && reply.running?.effect.kind === "copy-in";
  if (reply.kind !== "query" || reply.failed) return false;
  const ahead = reply.running.slice(reply.copyBegun ? reply.done + 1 : reply.done);
  return ahead.some(({ effect }) => effect.kind === "copy-in");
}
