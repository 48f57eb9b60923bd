import type { ByteStream } from "../stream/byte-stream.ts";
import type { OpenSession, ServerFacts } from "./open-session.ts";

/** A logged-in connection to a server: its protocol bytes, and what it said about itself. */
export interface ServerSession {
  readonly facts: ServerFacts;
  readonly stream: ByteStream;
  /** Which agent opened it, where it is another than the tunnel's. */
  readonly agent?: string | undefined;
  /** Resolves when whoever serves it is about to go, to how many milliseconds it stays; left out where nobody would say. */
  readonly leaving?: Promise<number> | undefined;
}

/**
 * Opens server sessions. The agent is the real one; a tunnel is the same thing seen from the gateway, whether the agent
 * is in this process or beside a database far away. Both pass one contract suite.
 */
export interface SessionOpener {
  /** Dials and logs in. Rejects with the `GatewayError` of the step that failed; aborting drops whatever was begun. */
  open(request: OpenSession, signal: AbortSignal): Promise<ServerSession>;
  /** Asks the server to stop what this session is running. Resolves when the server was told; a session that is gone is no error. */
  cancel(session: string): Promise<void>;
}

/** One agent's door, as the gateway holds it. */
export interface Tunnel extends SessionOpener {
  readonly agent: string;
  readonly group: string;
  /** Resolves when the agent is gone; its sessions' streams break by themselves. */
  readonly closed: Promise<void>;
}
