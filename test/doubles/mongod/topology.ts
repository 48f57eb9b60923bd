import { EventEmitter, once } from "node:events";
import { ObjectId, Timestamp } from "bson";
import type { BsonDocument } from "./bson-document.ts";

/** A replica set whose members are servers of this process with common data. */
export class ReplicaSet {
  readonly name: string;
  readonly #members: string[] = [];
  #primary = 0;
  #term = 1;
  readonly #elections = new EventEmitter().setMaxListeners(0);

  constructor(name: string) {
    this.name = name;
  }

  get hosts(): readonly string[] {
    return this.#members;
  }

  get primary(): string {
    return this.#members[this.#primary] ?? "";
  }

  get term(): number {
    return this.#term;
  }

  /** Adds a member by its address and returns its number. */
  join(address: string): number {
    return this.#members.push(address) - 1;
  }

  isPrimary(member: number): boolean {
    return this.#primary === member;
  }

  /** Another member becomes the primary. */
  elect(member: number): void {
    this.#primary = member;
    this.#term++;
    this.#elections.emit("elected");
  }

  /** Resolves at the next election. */
  async elected(signal: AbortSignal): Promise<void> {
    await once(this.#elections, "elected", { signal });
  }
}

/** What the server says it is. */
export type Topology =
  | { readonly kind: "standalone" }
  | { readonly kind: "mongos" }
  | { readonly kind: "replica-set"; readonly set: ReplicaSet; readonly member: number };

/** Whether writes are carried out here. */
export function isWritable(topology: Topology): boolean {
  return topology.kind !== "replica-set" || topology.set.isPrimary(topology.member);
}

/** The reply of `hello`, or of the older `isMaster`, which calls one field differently. */
export function helloReply(
  topology: Topology,
  { legacy, connectionId, processId, maxWireVersion }: HelloFacts,
): BsonDocument {
  const writable = isWritable(topology);
  return {
    ...(legacy ? { helloOk: true, ismaster: writable } : { isWritablePrimary: writable }),
    topologyVersion: topologyVersion(topology, processId),
    ...topologyFields(topology),
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId,
    minWireVersion: 0,
    maxWireVersion,
    readOnly: false,
    ok: 1,
  };
}

/** Grows with every change, so that clients can wait for the next. */
export function topologyVersion(topology: Topology, processId: ObjectId): BsonDocument {
  return { processId, counter: BigInt(topology.kind === "replica-set" ? topology.set.term : 0) };
}

interface HelloFacts {
  readonly legacy: boolean;
  readonly connectionId: number;
  readonly processId: ObjectId;
  readonly maxWireVersion: number;
}

function topologyFields(topology: Topology): BsonDocument {
  if (topology.kind === "standalone") return {};
  if (topology.kind === "mongos") return { msg: "isdbgrid" };
  const { set, member } = topology;
  const primary = set.isPrimary(member);
  const now = new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 });
  return {
    hosts: set.hosts,
    setName: set.name,
    setVersion: 1,
    secondary: !primary,
    primary: set.primary,
    me: set.hosts[member],
    ...(primary ? { electionId: new ObjectId(`7fffffff${set.term.toString(16).padStart(16, "0")}`) } : {}),
    lastWrite: { opTime: { ts: now, t: set.term }, lastWriteDate: new Date() },
  };
}
