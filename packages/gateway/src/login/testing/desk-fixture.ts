import type { Principal } from "@sallyport/shared/principal";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import { z } from "zod";
import { createLog } from "../../log.ts";
import { createPolicyEngine } from "../../policy/policy-engine.ts";
import { mintTicket } from "../../tickets/mint-ticket.ts";
import type { AuthorizedLogin } from "../authorize-login.ts";
import { createLoginDesk, type LoginDesk, type LoginDeskOptions, type LoginRequest } from "../login-desk.ts";
import { createRateLimiter } from "../rate-limiter.ts";
import { createTokenVerifier } from "../token-verifier.ts";
import { startIdentityProvider, type LocalIdentityProvider } from "./local-identity-provider.ts";
import {
  connectionNamed,
  createMemoryStore,
  policyNamed,
  providerDocument,
  type Documents,
  type MemoryStore,
} from "./memory-store.ts";

/** A server session that only tells whether it was dropped. */
export interface FakeServer extends ServerSession {
  readonly destroyedWith: (Error | undefined)[];
}

/** A login desk with everything around it that is ours, the agent apart. */
export interface DeskFixture extends AsyncDisposable {
  readonly provider: LocalIdentityProvider;
  readonly documents: Documents;
  readonly store: MemoryStore;
  readonly ticket: { readonly name: string; readonly secret: string };
  readonly logLines: Record<string, unknown>[];
  readonly opened: AuthorizedLogin[];
  readonly servers: FakeServer[];
  desk(options?: Partial<LoginDeskOptions>): LoginDesk;
  request(changes?: Partial<LoginRequest<FakeServer>>): LoginRequest<FakeServer>;
}

const fields = z.record(z.string(), z.unknown());
const bob: Principal = { name: "bob", kind: "human", groups: ["engineers"], claims: {} };

/** alice of the provider may go to `shop`, so may bob's ticket; nobody may go to `vault`. */
export async function createDeskFixture(ticketExpires = new Date(Date.now() + 60_000)): Promise<DeskFixture> {
  const provider = await startIdentityProvider();
  const ticket = await mintTicket({ principal: bob, connection: "shop", expires: ticketExpires });
  const documents: Documents = {
    connections: [
      connectionNamed("shop", { database: "shopdb" }),
      connectionNamed("vault"),
      connectionNamed("shop-mysql", { protocol: "mysql" }),
    ],
    identityProviders: [providerDocument({ issuer: provider.issuer })],
    policies: [
      policyNamed("shop", {
        who: { groups: ["dba", "engineers"] },
        where: { connections: ["shop*"] },
        session: { max: "2h", idle: "15m" },
      }),
    ],
    tickets: [ticket.ticket],
  };
  const store = createMemoryStore(documents);
  const logLines: Record<string, unknown>[] = [];
  const opened: AuthorizedLogin[] = [];
  const servers: FakeServer[] = [];
  const log = createLog({ write: (line: string) => logLines.push(fields.parse(JSON.parse(line))) });
  return {
    provider,
    documents,
    store,
    logLines,
    opened,
    servers,
    ticket: { name: ticket.ticket.name, secret: ticket.secret.reveal() },
    desk: (options = {}) =>
      createLoginDesk({
        store,
        policy: createPolicyEngine(store),
        verifier: createTokenVerifier({ store }),
        rateLimiter: createRateLimiter(),
        log,
        ...options,
      }),
    request: (changes = {}) => ({
      session: "session-1",
      address: "192.0.2.7",
      protocol: "pg",
      listenerConnection: undefined,
      signal: new AbortController().signal,
      async openServer(login) {
        opened.push(login);
        const server = createFakeServer();
        servers.push(server);
        return server;
      },
      ...changes,
    }),
    [Symbol.asyncDispose]: () => provider.stop(),
  };
}

export function createFakeServer(): FakeServer {
  const destroyedWith: (Error | undefined)[] = [];
  const stream: ByteStream = {
    read: async () => undefined,
    write: () => undefined,
    end: () => undefined,
    destroy: (reason) => {
      destroyedWith.push(reason);
    },
    closed: Promise.resolve(),
  };
  return { facts: { version: "18.0", settings: {} }, stream, destroyedWith };
}
