import { ObjectId } from "bson";
import type { BsonDocument } from "./bson-document.ts";
import { ChangeLog } from "./change-log.ts";
import { CursorTable } from "./cursor-table.ts";
import type { Accounts } from "./login/accounts.ts";
import { OperationTable, type Operation } from "./operations.ts";
import { Store } from "./store.ts";
import type { Topology } from "./topology.ts";
import { TransactionTable } from "./transactions.ts";
import type { Request } from "./wire-message.ts";

/** What the members of a set have in common. */
export class SharedData {
  readonly store = new Store();
  readonly changes = new ChangeLog();
  readonly transactions = new TransactionTable();
  readonly accounts: Accounts;

  constructor(accounts: Accounts) {
    this.accounts = accounts;
  }
}

/** A command that the server was sent, for tests to look at. */
export interface SeenCommand {
  readonly connectionId: number;
  readonly user: string | undefined;
  readonly database: string;
  readonly name: string;
  readonly command: BsonDocument;
  readonly flags: number;
}

/** One server. */
export interface ServerState {
  readonly data: SharedData;
  readonly cursors: CursorTable;
  readonly operations: OperationTable;
  readonly seen: SeenCommand[];
  /** What ended connections that were not ended in order. */
  readonly faults: unknown[];
  readonly processId: ObjectId;
  readonly maxWireVersion: number;
  readonly topology: Topology;
}

/** Whoever is at the other end of a connection. */
export interface ConnectionState {
  readonly id: number;
  readonly remote: string;
  /** The subject of the certificate that the client showed. */
  readonly certificateSubject: string | undefined;
  user: { readonly user: string; readonly db: string } | undefined;
  /** What its first hello said of the driver. */
  metadata: BsonDocument | undefined;
}

/** Everything that a command may look at. */
export interface CommandContext {
  readonly server: ServerState;
  readonly connection: ConnectionState;
  readonly request: Request;
  readonly database: string;
  readonly command: BsonDocument;
  /** The transaction's, within one. */
  readonly store: Store;
  readonly operation: Operation;
}

/** Carries out a command and returns its reply without `ok`; failing is a `MongodError`. */
export type Command = (context: CommandContext) => BsonDocument | Promise<BsonDocument>;

/** A server that has just come up. */
export function freshServerState(data: SharedData, topology: Topology, maxWireVersion: number): ServerState {
  return {
    data,
    cursors: new CursorTable(),
    operations: new OperationTable(),
    seen: [],
    faults: [],
    processId: new ObjectId(),
    maxWireVersion,
    topology,
  };
}

/** The name that cursors are bound to. */
export function ownerOf({ connection }: CommandContext): string {
  return connection.user === undefined ? "" : `${connection.user.db}.${connection.user.user}`;
}
