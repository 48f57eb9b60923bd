import type { Dial, LoggedIn, ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession, ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { assertTellable } from "@sallyport/shared/tunnel/assert-tellable";
import type { ServerSession, SessionOpener } from "@sallyport/shared/tunnel/tunnel";
import { createAllowList } from "./allow-list.ts";
import { createCredentialReader } from "./credentials/read-credential.ts";
import { createReferenceFilter } from "./credentials/reference-filter.ts";
import { dialServer } from "./dial-server.ts";
import { ServerStream } from "./server-stream.ts";

/** Resolving, dialling and login together; the server's own limits may be shorter. */
const OPEN_TIMEOUT_MS = 30_000;

export interface SessionOpenerOptions {
  readonly adapters: readonly ProtocolAdapter[];
  /** Addresses and credential references that may be used, as in the agent's configuration. */
  readonly allow: readonly string[];
  readonly credentials: readonly string[];
  /** No file in it is a credential, whatever the references say: the agent's own key lies there. */
  readonly privateFolder?: string | undefined;
  readonly log: Log;
  readonly openTimeoutMs?: number;
}

/** What an agent does for a gateway, whether or not a tunnel lies between. */
export interface AgentSessionOpener extends SessionOpener {
  /** A real login and a trivial query; resolves to what the server says about itself. */
  check(request: OpenSession, signal: AbortSignal): Promise<ServerFacts>;
  /** How many server sessions are open. */
  readonly sessionCount: number;
  /** Resolves once no server is being told to cancel. A process that ends before leaves running what its sessions ran. */
  cancelsDone(): Promise<void>;
}

/** Opens server sessions on this host. It dials and resolves only what its options allow. */
export function createSessionOpener(options: SessionOpenerOptions): AgentSessionOpener {
  const { log } = options;
  const allowList = createAllowList(options.allow);
  const readCredential = createCredentialReader(options.credentials, options.privateFolder);
  const assertMayName = createReferenceFilter(options.credentials, options.privateFolder);
  const sessions = new Map<string, LoggedIn>();
  const cancels = new Set<Promise<void>>();

  const cancelOn = async (server: LoggedIn): Promise<void> => {
    const cancel = server.cancel();
    const settled = cancel.catch(() => undefined);
    cancels.add(settled);
    void settled.then(() => cancels.delete(settled));
    await cancel;
  };

  const login = async (request: OpenSession, aborted: AbortSignal): Promise<LoggedIn> => {
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(options.openTimeoutMs ?? OPEN_TIMEOUT_MS)]);
    if (signal.aborted) throw GatewayError.from(signal.reason, "server/unreachable");
    const { host, port } = request.server;
    const { password: reference, secret } = request.credential;
    const dialled = new Set<SocketStream>();
    const dial = async (other: Parameters<Dial>[0]) => {
      const stream = await dialServer(allowList, other?.host ?? host, other?.port ?? port, signal);
      dialled.add(stream);
      if (signal.aborted) stream.destroy(abortReason(signal));
      return stream;
    };
    // A cancel dials after the login, when the login's deadline is over.
    const dialLater = (other: Parameters<Dial>[0]) =>
      dialServer(allowList, other?.host ?? host, other?.port ?? port, AbortSignal.timeout(OPEN_TIMEOUT_MS));
    let loggedIn = false;
    const work = async () => {
      const adapter = adapterFor(options.adapters, request.protocol);
      // Refused addresses are refused before a secret is fetched for them.
      await allowList.resolve(host, port);
      for (const file of tlsFilesOf(request)) assertMayName(`file:${file}`);
      const password = secret ?? (reference === undefined ? undefined : await readCredential(reference));
      return adapter.loginToServer(request, password, (other) => (loggedIn ? dialLater(other) : dial(other)));
    };
    const server = await abortable(work(), signal, dialled);
    loggedIn = true;
    return server;
  };

  return {
    get sessionCount() {
      return sessions.size;
    },
    cancelsDone: async () => {
      while (cancels.size > 0) await Promise.all(cancels);
    },
    open: async (request, signal): Promise<ServerSession> => {
      const startedAt = performance.now();
      const { session, connection, protocol } = request;
      const fields = { session, connection, protocol, host: request.server.host, port: request.server.port };
      try {
        const server = await login(request, signal);
        sessions.set(session, server);
        const durationMs = Math.round(performance.now() - startedAt);
        log.info("session.opened", { ...fields, durationMs });
        void server.stream.closed.then(() => {
          if (sessions.get(session) === server) sessions.delete(session);
          log.info("session.closed", { ...fields, durationMs: Math.round(performance.now() - startedAt) });
        });
        const stream = new ServerStream(
          { facts: server.facts, stream: server.stream, cancel: () => cancelOn(server) },
          (reason) => {
            log.warn("session.cancel-failed", { ...fields, reason: GatewayError.from(reason, "server/lost").message });
          },
        );
        return { facts: server.facts, stream };
      } catch (reason) {
        const error = GatewayError.from(reason, "internal/unexpected");
        log.warn("session.refused", { ...fields, code: error.code, reason: error.message });
        throw error;
      }
    },
    cancel: async (session) => {
      const server = sessions.get(session);
      if (server !== undefined) await cancelOn(server);
    },
    check: async (request, signal) => {
      const adapter = adapterFor(options.adapters, request.protocol);
      const server = await login(request, signal);
      const drop = () => server.stream.destroy(abortReason(signal));
      signal.addEventListener("abort", drop, { once: true });
      try {
        await adapter.checkServer(server);
        assertTellable(server);
        return server.facts;
      } finally {
        signal.removeEventListener("abort", drop);
        server.stream.destroy();
      }
    },
  };
}

/** Keys and certificates are secrets of this host as passwords are. */
function tlsFilesOf({ server: { caFile, certificateFile, keyFile } }: OpenSession): readonly string[] {
  return [caFile, certificateFile, keyFile].filter((file) => file !== undefined);
}

/** The work's result, or the reason of the abort at once; what the work still produces then is dropped. */
async function abortable(
  work: Promise<LoggedIn>,
  signal: AbortSignal,
  dialled: ReadonlySet<SocketStream>,
): Promise<LoggedIn> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => {
    const reason = abortReason(signal);
    aborted.reject(reason);
    for (const stream of dialled) stream.destroy(reason);
    void work.then(
      (server) => server.stream.destroy(reason),
      () => undefined,
    );
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } catch (reason) {
    // A login that failed may have left its connection open.
    for (const stream of dialled) stream.destroy();
    throw reason;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function abortReason(signal: AbortSignal): GatewayError {
  return GatewayError.from(signal.reason, "server/unreachable");
}

function adapterFor(adapters: readonly ProtocolAdapter[], protocol: string): ProtocolAdapter {
  const adapter = adapters.find(({ id }) => id === protocol);
  if (adapter === undefined) throw new GatewayError("tunnel/no-agent", `this agent does not speak ${protocol}`);
  return adapter;
}
