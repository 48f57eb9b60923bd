import type { CancelKey, ProtocolAdapter } from "@sallyport/shared/adapter";

/** An error in a protocol's own words: what `nativeErrors` maps a code to. */
export type NativeError = string | number;

/** What a client gets for one statement. */
export type Answer =
  | { readonly kind: "result"; readonly value: string }
  | { readonly kind: "error"; readonly native: NativeError };

/** What a login is refused with; undefined where the gateway hung up without a word. */
export class LoginRefused extends Error {
  override readonly name = "LoginRefused";
  readonly native: NativeError | undefined;

  constructor(native: NativeError | undefined) {
    super(`the login was refused with ${native ?? "nothing said"}`);
    this.native = native;
  }
}

/** How a client logs in. */
export interface Login {
  readonly user: string;
  readonly database: string | undefined;
  /** A token or a ticket's secret. */
  readonly secret: string;
  /** PEM of the authority that is trusted: asks for TLS. */
  readonly ca?: string;
}

/** A client that has logged in, in the protocol's most ordinary way. */
export interface ContractClient {
  readonly cancelKey: CancelKey;
  /** Sends the statements in one go; resolves to their answers in order. */
  ask(...statements: readonly string[]): Promise<readonly Answer[]>;
  /** Sends a statement and leaves its answer unread. */
  begin(statement: string): Promise<void>;
  send(bytes: Buffer): Promise<void>;
  /** The native errors that still come, up to the gateway's end. Ends too. */
  lastWords(): Promise<readonly NativeError[]>;
  /** Logs in anew on the same connection, where the protocol has that. Rejects with `LoginRefused`. */
  logInAgain?(login: Login): Promise<void>;
  /** Says goodbye as the protocol has it. */
  quit(): Promise<void>;
  end(): void;
  reset(): void;
}

/** A real server, with a log of its own. */
export interface ContractServer extends AsyncDisposable {
  readonly port: number;
  /** Environment variable or file that holds the password. */
  readonly credential: { readonly user: string; readonly password: string };
  readonly database: string;
  /** Every statement that any session ran, in order, the agent's health checks apart. */
  statements(): Promise<readonly string[]>;
}

/** A protocol as the contract suite speaks it: the one thing, besides the adapter, that is written for each protocol. */
export interface ProtocolDriver {
  readonly adapter: ProtocolAdapter;
  startServer(folder: string): Promise<ContractServer>;
  /** Rejects with `LoginRefused`. */
  logIn(port: number, login: Login): Promise<ContractClient>;
  /** Cancels by the key alone, where the protocol has that; resolves when the gateway has hung up. */
  readonly cancel?: (port: number, key: CancelKey) => Promise<void>;
  /** Where a connection may have one login after another, and a statement that stops what another session runs, by its number. */
  readonly again?: { readonly kill: (id: number) => string; readonly unknown: NativeError };
  /** Whether a client can be told something that it has not asked for. Where not, one that waits for no answer is just hung up on. */
  readonly speaksUnasked: boolean;
  /** Whether clients say goodbye, so that what they sent before is still carried out. */
  readonly hasGoodbye: boolean;
  /** The errors in bytes that a client was sent. */
  nativeErrorsIn(bytes: Buffer): readonly NativeError[];
  readonly supportsTls: boolean;
  readonly statements: {
    /** Reads; answers its label. */
    readonly read: (label: string) => string;
    /** Drops something, which the suite's policy denies. */
    readonly drop: (label: string) => string;
    readonly unreadable: string;
    /** The server itself refuses it. */
    readonly failing: { readonly text: string; readonly native: NativeError };
    /** Runs until it is cancelled. */
    readonly endless: {
      readonly text: string;
      /** What of it can be seen on the wire. */
      readonly mark: string;
      readonly cancelled: NativeError;
    };
    /** Makes the server end the connection by itself, where a client can bring that about. */
    readonly ending?: string;
  };
  readonly bytes: {
    /** The beginning of a login that never goes on. */
    readonly halfLogin: Buffer;
    readonly garbageAtLogin: Buffer;
    readonly garbage: Buffer;
    readonly oversize: Buffer;
    readonly garbageOfServer: Buffer;
    /** A server's version as it is on the wire, and one that is not supported. */
    readonly version: readonly [known: string, unknown: string];
  };
}
