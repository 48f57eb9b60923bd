import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayConfig } from "@sallyport/gateway/config";
import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import {
  signToken,
  startIdentityProvider,
  type LocalIdentityProvider,
  type TokenChanges,
} from "@sallyport/gateway/login/testing/local-identity-provider";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { askApi, type Answered, type Asked } from "./ask-api.ts";
import { applyToStore } from "./apply-to-store.ts";
import { memoryLog, type MemoryLog } from "./memory-log.ts";
import { openStateDatabase, type StateDatabase } from "./state-database.ts";
import { makeTunnelCertificates } from "./tunnel-certificates.ts";

/** Whose token a request carries, by the group that gives the role. */
export const callers = { self: "engineers", viewer: "viewers", approver: "approvers", admin: "admins" } as const;

export type CallerRole = keyof typeof callers;

/** A real gateway with its API, on a real database, with an identity provider. No databases are behind it. */
export interface ApiRig extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly provider: LocalIdentityProvider;
  readonly database: StateDatabase;
  readonly log: MemoryLog;
  readonly ca: string;
  readonly folder: string;
  readonly port: number;
  readonly socket: string;
  /** A good token of somebody with this role. */
  token(role: CallerRole, changes?: TokenChanges): Promise<string>;
  ask(path: string, asked?: Asked): Promise<Answered>;
  /** As an administrator on the gateway's host. */
  askLocal(path: string, asked?: Asked): Promise<Answered>;
}

/** What the rig's store has to begin with. `engineers` may log in to `shop`, nobody to `vault`. */
export function rigDocuments(issuer: string): readonly object[] {
  const roles = { admin: ["admins"], approver: ["approvers"], viewer: ["viewers"] };
  const server = { host: "db.internal", port: 5432 };
  const credential = { user: "app" };
  return [
    { identityProvider: "local", issuer, audience: "sallyport", algorithms: ["ES256"], roles },
    { connection: "shop", protocol: "pg", agentGroup: "vpc-1", database: "shopdb", server, credential },
    { connection: "vault", protocol: "pg", agentGroup: "vpc-2", server, credential },
    {
      policy: "engineers",
      who: { groups: ["engineers"] },
      where: { connections: ["shop"] },
      rules: [{ allow: ["read"] }],
    },
  ];
}

export async function startApiRig(
  adapters: readonly ProtocolAdapter[],
  api: Readonly<Record<string, unknown>> = {},
  lent?: StateDatabase,
): Promise<ApiRig> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-api-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = opened.use(await makeTunnelCertificates());
  const database = lent ?? opened.use(await openStateDatabase());
  const provider = opened.use(await startIdentityProvider());
  const log = memoryLog();
  const tls = { certificateFile: join(folder, "gateway.crt"), keyFile: join(folder, "gateway.key") };
  await writeFile(tls.certificateFile, certificates.gateway.certificate);
  await writeFile(tls.keyFile, certificates.gateway.key, { mode: 0o600 });
  const config = gatewayConfig.parse({
    recordings: join(folder, "recordings"),
    state: { folder },
    tls,
    listeners: adapters.map(({ id }) => ({ protocol: id, port: 0 })),
    tunnel: { port: 0 },
    api: { port: 0, ...api },
  });
  const gateway = opened.use(
    await startGateway({ config, databaseUrl: database.url, adapters, log, apiTimes: { requestTimeoutMs: 3_000 } }),
  );
  const protocols = adapters.map(({ id }) => id);
  await applyToStore(gateway.store, rigDocuments(provider.issuer), protocols);
  const { port = 0, socket = "" } = gateway.api ?? {};
  const where = { port, socket, ca: certificates.ca };
  const ask = (path: string, asked?: Asked): Promise<Answered> => askApi(where, path, asked);
  const everything = opened.move();
  return {
    gateway,
    provider,
    database,
    log,
    ca: certificates.ca,
    folder,
    port,
    socket,
    token: (role, { claims = {}, ...changes } = {}) =>
      signToken(provider, { claims: { sub: role, groups: [callers[role]], ...claims }, ...changes }),
    ask,
    askLocal: (path, asked) => ask(path, { ...asked, local: true }),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
