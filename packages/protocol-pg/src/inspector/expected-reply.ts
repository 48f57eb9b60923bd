import type { NamedObject } from "../messages/named-object.ts";
import type { SqlEffect } from "../statements/read-text.ts";

/** A statement on its way through the server: what carrying it out does to names, and the permit it runs under. */
export interface RunningStatement {
  readonly effect: SqlEffect;
  readonly permit: string;
}

/** One client message that the server has still to answer, in the order they were sent. */
export type ExpectedReply =
  | { readonly kind: "parse"; readonly name: string }
  | { readonly kind: "bind"; readonly portal: string }
  | { readonly kind: "describe" }
  | { readonly kind: "close"; readonly object: NamedObject }
  /** `running` is undefined where the portal holds the empty statement. */
  | { readonly kind: "execute"; readonly running: RunningStatement | undefined; rows: number; copyBegun: boolean }
  | {
      readonly kind: "query";
      readonly running: readonly RunningStatement[];
      /** How many of them are complete, and what is known of the one that runs. */
      done: number;
      rows: number;
      copyBegun: boolean;
      failed: boolean;
      /** Stands for a refused query: see `refused`. */
      readonly refusal: Buffer | undefined;
    }
  | { readonly kind: "sync" }
  /** Stands for a refused message: the server was sent one that surely fails, and its error becomes this one of ours. */
  | { readonly kind: "refused"; readonly refusal: Buffer };

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
