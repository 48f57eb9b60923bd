import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { Double, type BsonObject } from "../bson/encode-document.ts";
import { MAX_MESSAGE_BYTES } from "../frame-limits.ts";
import { fact, numberIn } from "../server-facts.ts";
import type { HelloRequest } from "./hello-request.ts";

/** MongoDB 5.0's, the oldest that an agent logs in to: what is told where no server is known yet. */
export const OLDEST_WIRE_VERSION = 13;
/** MongoDB 8.2's. What a newer one may be asked, no part of the gateway knows. */
const NEWEST_WIRE_VERSION = 27;
const DOCUMENT_BYTES = 16 * 1024 * 1024;
const WRITE_BATCH = 100_000;

/** How clients may log in, in the order in which one that can choose should. */
export const mechanisms = ["SCRAM-SHA-256", "PLAIN", "MONGODB-OIDC"] as const;

/** What an answer holds beside what the servers and the request decide. */
export interface HelloReplyOptions {
  readonly now: Date;
  /** The server's number of the session's connection, once there is one. */
  readonly connectionId?: number | undefined;
  /** The answer to a speculative login. */
  readonly speculative?: BsonObject;
}

/**
 * The gateway's own answer to `hello`, before a login and after it: one stable host, with what every server that the client may
 * be after can do. No member's address is in it and no set to discover: where there is a set behind it the gateway answers as a
 * router does, so that drivers stay with it and still use sessions, retryable writes and transactions. Without
 * `topologyVersion` no client asks to be told of changes.
 */
export function helloReply(
  request: HelloRequest,
  servers: readonly ServerFacts[],
  options: HelloReplyOptions,
): BsonObject {
  const numbers = (name: string): number[] =>
    servers.map(({ settings }) => numberIn(settings, name)).filter((number) => number !== undefined);
  const least = (name: string, most: number): number => Math.min(most, ...numbers(name));
  const sessionMinutes = numbers(fact.logicalSessionTimeoutMinutes);
  return {
    helloOk: request.helloOk ? true : undefined,
    [request.legacy ? "ismaster" : "isWritablePrimary"]: true,
    msg: areRouted(servers) ? "isdbgrid" : undefined,
    maxBsonObjectSize: least(fact.maxBsonObjectSize, DOCUMENT_BYTES),
    maxMessageSizeBytes: least(fact.maxMessageSizeBytes, MAX_MESSAGE_BYTES),
    maxWriteBatchSize: least(fact.maxWriteBatchSize, WRITE_BATCH),
    localTime: options.now,
    // a client that was promised sessions sends them to every server
    logicalSessionTimeoutMinutes:
      servers.length > 0 && sessionMinutes.length === servers.length ? Math.min(...sessionMinutes) : undefined,
    connectionId: options.connectionId,
    minWireVersion: Math.max(0, ...numbers(fact.minWireVersion)),
    maxWireVersion: servers.length === 0 ? OLDEST_WIRE_VERSION : least(fact.maxWireVersion, NEWEST_WIRE_VERSION),
    readOnly: false,
    saslSupportedMechs: request.asksMechanisms ? mechanisms : undefined,
    speculativeAuthenticate: options.speculative,
    ok: new Double(1),
  };
}

/**
 * A standalone fails what drivers send to a set, retryable writes first of all; so one among several makes them all look like
 * one.
 */
function areRouted(servers: readonly ServerFacts[]): boolean {
  return servers.length > 0 && servers.every(({ settings }) => settings[fact.topology] !== "standalone");
}
