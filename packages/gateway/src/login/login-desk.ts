import { randomBytes } from "node:crypto";
import type { LoginPermit, LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import type { Log } from "../log.ts";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import type { Store } from "../store/store.ts";
import { accessLimits, authorizeLogin, type AuthorizedLogin } from "./authorize-login.ts";
import type { LoginPeer } from "./login-peer.ts";
import { reportAdmission, reportRefusal } from "./login-report.ts";
import { proveIdentity, type ProvenIdentity } from "./prove-identity.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { TokenVerifier } from "./token-verifier.ts";
import { parseUserName } from "./user-name.ts";
import { calledOff, withDeadline } from "./with-deadline.ts";

/** Those who leave it to their token to name them share one budget of failures an address. */
const NO_NAME = "";

const defaults = {
  /** How long a client may take to prove who it is, and then to take its welcome. */
  timeoutMs: 10_000,
  /** How long the last words to a client that is not let in may take. */
  rejectMs: 2_000,
};

export interface LoginDeskOptions {
  readonly store: Store;
  readonly policy: PolicyEngine;
  readonly verifier: TokenVerifier;
  readonly rateLimiter: RateLimiter;
  readonly log: Log;
  readonly timeoutMs?: number;
  readonly rejectMs?: number;
  /** Makes the challenges of tickets that do not exist; replicas should share one. */
  readonly mockKey?: Buffer;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** What a session brings to its login. */
export interface LoginRequest<Server extends ServerSession> extends LoginPeer {
  /** Calls the login off, with a `GatewayError` as the reason, which the client is told. */
  readonly signal: AbortSignal;
  /** Opens the server; aborting drops whatever was begun. */
  openServer(login: AuthorizedLogin, signal: AbortSignal): Promise<Server>;
}

/** A login that was welcomed. The caller owns the server from here, and ends the session at `expires` at the latest. */
export interface AdmittedLogin<Server extends ServerSession> extends AuthorizedLogin {
  readonly server: Server;
}

/** Owns the steps of every login of every protocol, and their order. */
export interface LoginDesk {
  /** Rejects with the `GatewayError` that the client was told of; a server that was opened is then destroyed with it. */
  admit<Server extends ServerSession>(talk: LoginTalk, request: LoginRequest<Server>): Promise<AdmittedLogin<Server>>;
}

export function createLoginDesk(options: LoginDeskOptions): LoginDesk {
  const { store, policy, verifier, rateLimiter, log } = options;
  const { timeoutMs = defaults.timeoutMs, rejectMs = defaults.rejectMs } = options;
  const { now = Date.now, mockKey = randomBytes(32) } = options;

  async function admit<Server extends ServerSession>(
    talk: LoginTalk,
    request: LoginRequest<Server>,
  ): Promise<AdmittedLogin<Server>> {
    const startedAt = now();
    try {
      // a ticket may have been minted or revoked at another replica a moment ago
      store.assertReachable();
      rateLimiter.assertAllowed(request.address, talk.hello.user ?? NO_NAME);
      await withDeadline(timeoutMs, request.signal, () => store.catchUp());
      store.assertReachable();
      const identity = await identify(talk, request);
      const login = authorizeLogin(identity, request.protocol, { store, policy });
      const server = await openServer(login, request);
      await welcome(talk, login, server, request);
      reportAdmission(log, login, request, now() - startedAt);
      return { ...login, server };
    } catch (reason) {
      const error = GatewayError.from(reason);
      reportRefusal(log, talk.hello, request, error, now() - startedAt);
      await sayNo(talk, error);
      throw error;
    }
  }

  /** Asks for the credential and checks it, and keeps count of those that fail. */
  async function identify(
    talk: LoginTalk,
    { address, listenerConnection, signal }: LoginRequest<ServerSession>,
  ): Promise<ProvenIdentity> {
    const { user = NO_NAME } = talk.hello;
    try {
      const name = parseUserName(talk.hello, listenerConnection);
      const means = { store, verifier, mockKey, now };
      const identity = await withDeadline(timeoutMs, signal, () => proveIdentity(talk, name, means));
      rateLimiter.succeeded(address, user);
      return identity;
    } catch (reason) {
      // only these: clients hang up in mid-login for good reasons, such as asking a human for the password
      const isFailure = reason instanceof GatewayError && reason.code === "login/failed";
      if (isFailure) rateLimiter.failed(address, user);
      throw reason;
    }
  }

  async function welcome(
    talk: LoginTalk,
    login: AuthorizedLogin,
    server: ServerSession,
    request: LoginRequest<ServerSession>,
  ): Promise<void> {
    try {
      // opening can take seconds, in which access may have ended
      accessLimits(login.policyView);
      const permit = mintLoginPermit(request.session);
      await withDeadline(timeoutMs, request.signal, () => talk.welcome(permit, server.facts));
      if (!permit.isSpent()) throw unexpected("a client was welcomed without its permit");
    } catch (reason) {
      const error = GatewayError.from(reason);
      server.stream.destroy(error);
      throw error;
    }
  }

  /** A client that has gone, or does not read, cannot be told; the log has it all. */
  async function sayNo(talk: LoginTalk, error: GatewayError): Promise<void> {
    const never = new AbortController().signal;
    await withDeadline(rejectMs, never, () => talk.reject(error)).catch(() => undefined);
  }

  return { admit };
}

/** Called off or not, a server never stays open without an owner. */
async function openServer<Server extends ServerSession>(
  login: AuthorizedLogin,
  request: LoginRequest<Server>,
): Promise<Server> {
  const { signal } = request;
  if (signal.aborted) throw calledOff(signal);
  const server = await request.openServer(login, signal);
  if (!signal.aborted) return server;
  const reason = calledOff(signal);
  server.stream.destroy(reason);
  throw reason;
}

/** Only this module mints login permits, and only for a login that passed every step. */
function mintLoginPermit(session: string): LoginPermit & { isSpent(): boolean } {
  let spent = false;
  return {
    session,
    isSpent: () => spent,
    spend() {
      if (spent) throw unexpected(`the login permit of session ${session} was spent twice`);
      spent = true;
    },
  };
}

function unexpected(reason: string): GatewayError {
  return new GatewayError("internal/unexpected", reason);
}
