import type { Piece } from "./bytes/piece.ts";
import type { Catalog, CatalogSource } from "./catalog/catalog.ts";
import type { ErrorCode, GatewayError } from "./errors.ts";
import type { Frame, Framer } from "./frame.ts";
import type { Permit } from "./permit.ts";
import type { Outcome, ParsedStatement, Statement } from "./statement.ts";
import type { ByteStream } from "./stream/byte-stream.ts";
import type { SocketStream } from "./stream/socket-stream.ts";
import type { OpenSession, ServerFacts } from "./tunnel/open-session.ts";
import type { SecureContext } from "node:tls";
import type { Secret } from "./secret.ts";

/** A client's connection as the listener hands it over: nothing has been read from it. */
export interface ClientDoor {
  readonly stream: SocketStream;
  /** The gateway's certificate, for protocols that start TLS in mid-conversation. */
  readonly tls: { readonly context: SecureContext; readonly certificate: Buffer };
  /** Whether the client may log in without encryption: a loopback address, or the operator's setting. */
  readonly plaintextAllowed: boolean;
  /** Bound for every message before login. */
  readonly maxMessageBytes: number;
  /**
   * What is known of the servers that this client may be after, for protocols in which the server speaks first. None where no agent
   * has told of one yet; several where the listener leads to several connections.
   */
  likelyServers(): readonly ServerFacts[];
  /** Makes what the client will present to have a statement of this connection cancelled; once, whenever the protocol has it. */
  mintCancelKey(secretBytes: number): CancelKey;
  /** Says how the client stands before its login, which decides how long it may take. Throws `login/too-many-connections`. */
  stand(standing: Standing): void;
}

/** `logging-in`: held to the login's deadline. `watching`: a connection that its driver keeps to look at the server, and that may never log in. */
export type Standing = "logging-in" | "watching";

/** What a client says of itself before it is known. */
export interface ClientHello {
  /** Undefined where the token alone says who it is. */
  readonly user: string | undefined;
  readonly database: string | undefined;
  /** What the login asked to set, already through the adapter's allow-list. */
  readonly settings: Readonly<Record<string, string>>;
  readonly encrypted: boolean;
}

/** What a password proof is checked against, without knowing the password: RFC 5802. */
export interface ScramVerifier {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What proofs of a ticket's secret are checked against, in each form that a protocol may ask for. The secret is random, which makes the unsalted one safe. */
export interface TicketVerifier extends ScramVerifier {
  /** SHA-256 of the SHA-256 of the secret, as MySQL's `caching_sha2_password` keeps it. */
  readonly sha256Twice: Buffer;
}

/** Single use; minted by the login desk once every step of a login was passed. */
export interface LoginPermit {
  readonly session: string;
  spend(): void;
}

/** What the client must present to have a statement cancelled. The gateway mints it; the server's own never leaves the agent. */
export interface CancelKey {
  readonly id: number;
  readonly secret: Buffer;
}

/** How one protocol words a login. The login desk owns the steps and their order. */
export interface LoginTalk {
  readonly kind: "login";
  readonly hello: ClientHello;
  /** The clear text of a token, over an encrypted or local connection. */
  askToken(): Promise<Secret<string>>;
  /** Proof of a ticket's secret; false when the proof is wrong. */
  askProof(verifier: TicketVerifier): Promise<boolean>;
  /** The one clean answer, after the server is open. */
  welcome(permit: LoginPermit, facts: ServerFacts): Promise<void>;
  reject(error: GatewayError): Promise<void>;
}

/** A connection that only asks to cancel another session's statement. It gets no answer. */
export interface CancelTalk {
  readonly kind: "cancel";
  readonly key: CancelKey;
}

/** A connection that ended by itself before it said who it is, as load balancers and port checks do. */
export interface NoTalk {
  readonly kind: "gone";
}

/** What to do with a frame from the client. Contiguous forwarded frames leave as one write. */
export type ClientStep =
  /** `behind`: a command of the gateway's own that goes to the server right after the frame. */
  | { readonly kind: "forward"; readonly behind?: Buffer }
  /** Statements to decide; the frame passes only through `admit`, or is answered by `refuse`. */
  | { readonly kind: "judge"; readonly statements: readonly Statement[] }
  | { readonly kind: "reply"; readonly bytes: Buffer }
  | { readonly kind: "refuse"; readonly error: GatewayError }
  | { readonly kind: "drop" }
  /** Cannot be answered yet: the same frame is shown again once the promise resolves. */
  | { readonly kind: "wait"; readonly until: Promise<void> }
  /** Cancels what another session of the same principal on the same connection runs; the client is told which of the two it was, and `unknown` too where it could not be passed on. */
  | { readonly kind: "cancel"; readonly id: number; readonly told: Buffer; readonly unknown: Buffer }
  /** The client logs in anew on the same connection: this session ends, and the next one begins with the talk. */
  | { readonly kind: "log-in-again"; readonly talk: (door: ClientDoor) => LoginTalk }
  /** The client said goodbye; what it sent is still forwarded. */
  | { readonly kind: "end" };

/** What to do with a frame from the server, and what follows from it besides. */
export type ServerStep = (
  | { readonly kind: "verbatim" }
  | { readonly kind: "rewritten"; readonly piece: Piece }
  | { readonly kind: "dropped" }
) & {
  readonly outcomes?: readonly Outcome[];
  /** The server is asked to stop what runs; the client's next message is not looked at before that was carried out. */
  readonly cancel?: true;
  /** A command of the gateway's own. The client stands between two messages. */
  readonly toServer?: Buffer;
};

/** What runs now, one statement or several of one message, and may do so for this long. The same object until it has ended. */
export interface TimedStatement {
  readonly timeoutMs: number;
}

/** How a refusal is carried out: some protocols are answered here, others need the server's own state to follow. */
export interface Refusal {
  readonly toClient?: Buffer;
  readonly toServer?: Buffer;
}

/** Pure and synchronous: frames in, steps out; one per session. It does no I/O and keeps no frame. */
export interface Inspector {
  fromClient(frame: Frame): ClientStep;
  fromServer(frame: Frame): ServerStep;
  /**
   * Lets the judged frame pass. One permit per statement of the step, spent here. Returns what goes to the server in the
   * frame's place; undefined: the frame as it came.
   */
  admit(frame: Frame, permits: readonly Permit[]): Buffer | undefined;
  /** The native error for a frame that does not pass, leaving the connection usable. */
  refuse(frame: Frame, error: GatewayError): Refusal;
  /** Whether the server still owes the client an answer. A session that waits for one is not idle. */
  readonly busy: boolean;
  /** Whether something is open that the client would lose with its session: a transaction, or a series of messages that are one. */
  readonly inTransaction: boolean;
  /** What runs under a limit of time; undefined while nothing does. Left out: this protocol has none. */
  readonly timed?: TimedStatement | undefined;
  /** That has had its time. `atBoundary`: the client can be told so now; it stands between two messages. */
  overdue?(statement: TimedStatement, atBoundary: boolean): ServerStep;
  /** The last words to a client whose session the gateway ends. */
  farewell(error: GatewayError): Buffer;
}

/** Whose session an inspector looks at. */
export interface InspectedSession {
  readonly hello: ClientHello;
  /**
   * 32 bytes that the sessions of one principal on one connection share and no others have. What a protocol numbers for a whole
   * server, such as cursors, is made the principal's own with it.
   */
  readonly ownKey: Secret<Buffer>;
  readonly catalog: CatalogSource;
  /** The login was made with `readOnlySettings`; what would lift them is not let through. */
  readonly readOnly?: boolean;
}

/** A protocol, seen from gateway and agent. Adding one is writing this and adding it to one list. */
export interface ProtocolAdapter {
  readonly id: string;
  readonly label: string;
  readonly defaultPort: number;
  readonly nativeErrors: Readonly<Record<ErrorCode, string | number>>;
  /** Whether clients are told what server they get before they log in, so that the gateway should have seen it by then. */
  readonly greetsAsServer: boolean;

  /** gateway: reads a client's first messages, up to its name. Throws `GatewayError` after having told the client. */
  greetClient(door: ClientDoor): Promise<LoginTalk | CancelTalk | NoTalk>;
  /** gateway: rejects a client before anything was read, as when there are too many. */
  turnAway(error: GatewayError): Buffer;
  createFramer(from: "client" | "server"): Framer;
  /**
   * gateway: reads the objects of the database that a fresh session of the connection's own credential is in. Left out: this adapter does not
   * tell objects apart yet, so that rules about them allow nothing.
   */
  readonly readCatalog?: (server: ServerReading) => Promise<Catalog>;
  /**
   * gateway: what the objects of the database are marked with, at little cost: while it says the same, so would `readCatalog`. Left out: only
   * reading tells. The session may be asked again later.
   */
  readonly probeCatalog?: (server: ServerReading) => Promise<string>;
  /** gateway: what a login sets so that the server itself refuses to write in the session. Left out: this protocol has no such setting. */
  readonly readOnlySettings?: Readonly<Record<string, string>>;
  /**
   * gateway: reads a text as a fresh session would, for those who ask what policy makes of it; nothing is sent anywhere. Without a catalog what
   * statements touch stays unknown. Left out: statements of this protocol are no text.
   */
  readonly readText?: (
    text: string,
    server: { readonly facts: ServerFacts | undefined; readonly catalog: Catalog | undefined },
  ) => Promise<readonly ParsedStatement[]>;
  createInspector(facts: ServerFacts, session: InspectedSession): Promise<Inspector>;

  /** agent: dials nothing itself; `dial` is bound to the allowed address. */
  loginToServer(request: OpenSession, password: Secret<string> | undefined, dial: Dial): Promise<LoggedIn>;
  /** agent: what shows that the server answers: a trivial statement on a logged-in connection. */
  checkServer(server: LoggedIn): Promise<void>;
}

/** A logged-in server session on which nothing else runs. */
export interface ServerReading {
  readonly facts: ServerFacts;
  readonly stream: ByteStream;
}

/** Connects to the address that a request named, or to another member of the same installation; in any case only where the agent's allow-list lets it. */
export type Dial = (other?: { readonly host: string; readonly port: number }) => Promise<SocketStream>;

/** A server session as the agent holds it. */
export interface LoggedIn {
  readonly facts: ServerFacts;
  readonly stream: ByteStream;
  /** Tells the server to stop what runs, on a connection of its own. */
  cancel(): Promise<void>;
}
