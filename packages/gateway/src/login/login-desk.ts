import { randomBytes } from "node:crypto";
import type { CancelKey, LoginPermit, LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import type { Log } from "../log.ts";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import type { Store } from "../store/store.ts";
import type { AdmittedLogin, AuthorizedLogin, LoginPeer } from "./admitted-login.ts";
import { accessLimits, authorizeLogin } from "./authorize-login.ts";
import { createCancelKeyMint } from "./cancel-key.ts";
import { reportRefusal } from "./login-report.ts";
import { proveIdentity, type ProvenIdentity } from "./prove-identity.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { TokenVerifier } from "./token-verifier.ts";
import { parseUserName } from "./user-name.ts";
import { calledOff, withDeadline } from "./with-deadline.ts";

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
  /** Opens the server through an agent; aborting drops whatever was begun. */
  readonly openServer: (login: AuthorizedLogin, signal: AbortSignal) => Promise<ServerSession>;
  readonly timeoutMs?: number;
  readonly rejectMs?: number;
  /** Makes the challenges of tickets that do not exist; replicas should share one. */
  readonly mockKey?: Buffer;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Owns the steps of every login of every protocol, and their order. */
export interface LoginDesk {
  /** Rejects with the `GatewayError` that the client was told of. Whoever aborts the signal gives one as its reason. */
  admit(talk: LoginTalk, peer: LoginPeer, signal: AbortSignal): Promise<AdmittedLogin>;
}

export function createLoginDesk(options: LoginDeskOptions): LoginDesk {
  const { store, policy, verifier, rateLimiter, log, openServer } = options;
  const {
    timeoutMs = defaults.timeoutMs,
    rejectMs = defaults.rejectMs,
    now = Date.now,
    mockKey = randomBytes(32),
  } = options;

  async function admit(
    talk: LoginTalk,
    peer: LoginPeer,
    signal: AbortSignal,
  ): Promise<AdmittedLogin> {
    const startedAt = now();
    try {
      rateLimiter.assertAllowed(peer.address, talk.hello.user);
      const identity = await identify(talk, peer, signal);
      const login = authorize(identity, talk, peer);
      const serverSession = await open(login, signal);
      const cancelKey = await welcome(talk, login, serverSession, signal);
      reportAdmission(login, peer, now() - startedAt);
      return { ...login, serverSession, cancelKey };
    } catch (reason) {
      const error = GatewayError.from(reason);
      reportRefusal(log, talk.hello, peer, error, now() - startedAt);
      await sayNo(talk, error);
      throw error;
    }
  }

  async function identify(
    talk: LoginTalk,
    peer: LoginPeer,
    signal: AbortSignal,
  ): Promise<ProvenIdentity> {
    const { user } = talk.hello;
    try {
      const name = parseUserName(talk.hello);
      const identity = await withDeadline(timeoutMs, signal, () =>
        proveIdentity(talk, name, { store, verifier, mockKey, now }),
      );
      rateLimiter.succeeded(peer.address, user);
      return identity;
    } catch (reason) {
      // clients hang up in mid-login for good reasons, such as asking a human for the password
      if (reason instanceof GatewayError && reason.code === "login/failed")
        rateLimiter.failed(peer.address, user);
      throw reason;
    }
  }

  function authorize(identity: ProvenIdentity, talk: LoginTalk, peer: LoginPeer): AuthorizedLogin {
    const authorization = authorizeLogin(identity, peer.protocol, { store, policy });
    return { ...identity, ...authorization, session: peer.session, settings: talk.hello.settings };
  }

  async function open(login: AuthorizedLogin, signal: AbortSignal): Promise<ServerSession> {
    if (signal.aborted) throw calledOff(signal);
    const serverSession = await openServer(login, signal);
    if (!signal.aborted) return serverSession;
    const reason = calledOff(signal);
    serverSession.stream.destroy(reason);
    throw reason;
  }

  async function welcome(
    talk: LoginTalk,
    login: AuthorizedLogin,
    serverSession: ServerSession,
    signal: AbortSignal,
  ): Promise<CancelKey | undefined> {
    try {
      // opening can take seconds, in which access may have ended
      accessLimits(login.policyView);
      const permit = mintLoginPermit(login.session);
      const cancelKey = createCancelKeyMint();
      await withDeadline(timeoutMs, signal, () =>
        talk.welcome(permit, serverSession.facts, (bytes) => cancelKey.mint(bytes)),
      );
      if (!permit.isSpent())
        throw new GatewayError("internal/unexpected", "a client was welcomed without its permit");
      return cancelKey.minted();
    } catch (reason) {
      const error = GatewayError.from(reason);
      serverSession.stream.destroy(error);
      throw error;
    }
  }

  /** A client that has gone, or does not read, cannot be told; the log has it all. */
  async function sayNo(talk: LoginTalk, error: GatewayError): Promise<void> {
    const never = new AbortController().signal;
    await withDeadline(rejectMs, never, () => talk.reject(error)).catch(() => undefined);
  }

  function reportAdmission(login: AuthorizedLogin, peer: LoginPeer, durationMs: number): void {
    log.info("login admitted", {
      session: peer.session,
      address: peer.address,
      protocol: peer.protocol,
      principal: login.principal.name,
      credential: login.credential.kind,
      connection: login.connection.connection,
      database: login.database,
      durationMs,
    });
  }

  return { admit };
}

/** Only this module mints login permits, and only for a login that passed every step. */
function mintLoginPermit(session: string): LoginPermit & { isSpent(): boolean } {
  let spent = false;
  return {
    session,
    isSpent: () => spent,
    spend() {
      if (spent)
        throw new GatewayError(
          "internal/unexpected",
          `the login permit of session ${session} was spent twice`,
        );
      spent = true;
    },
  };
}
