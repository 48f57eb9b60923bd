import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificates } from "@sallyport/cli/demo/certificates";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer } from "@sallyport/cli/servers/postgres-server";
import { HeardPlaces } from "./heard.ts";
import { LOGIN_AUDIENCE, LOGIN_CLIENT, startLoginProvider } from "./login-provider.ts";
import { startOtlpCollector, type OtlpCollector } from "./otlp-collector.ts";
import { watchProcessList, type ProcessList } from "./process-list.ts";
import { startSallyport, type Ran, type Running } from "./sallyport.ts";
import type { SecretKind } from "./secret-kinds.ts";
import { startServedDouble } from "./served-mongo.ts";
import { startServedMysql } from "./served-mysql.ts";
import { CLUSTER_TEMPLATE } from "./state-server.ts";
import { openStateDatabase, databaseAt, type StateDatabase } from "./state-database.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

/** What a command is run with. */
export interface SecretRun {
  readonly as?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What it is there to tell. */
  readonly tells?: readonly SecretKind[];
}

/** An installation all of whose secrets are known to the test, and all of whose words are heard. */
export interface SecretPlane extends AsyncDisposable {
  readonly folder: string;
  readonly heard: HeardPlaces;
  readonly processes: ProcessList;
  readonly webhook: WebhookReceiver;
  readonly collector: OtlpCollector;
  readonly database: StateDatabase;
  readonly url: string;
  readonly socket: string;
  readonly ports: Readonly<Record<"pg" | "mysql" | "mongo" | "api" | "tunnel", number>>;
  readonly certificates: { readonly caFile: string };
  /** What a gateway is configured with. */
  readonly config: object;
  readonly environment: Readonly<Record<string, string>>;
  readonly documents: string;
  readonly server: { readonly host: string; readonly port: number };
  start(args: readonly string[], run?: SecretRun): Running;
  /** Runs a command to its end, hears it, and resolves to what came of it. */
  run(args: readonly string[], run?: SecretRun): Promise<Ran>;
  /** As the gateway's own user. */
  locally(args: readonly string[], run?: SecretRun): Promise<Ran>;
  /** Starts a process that stays, resolves when its log has the event, and hears it to its end. */
  serve(
    place: string,
    args: readonly string[],
    event: string,
    environment?: Readonly<Record<string, string>>,
  ): Promise<Running>;
  writeDocument(name: string, ...documents: readonly object[]): Promise<void>;
  /** Keeps a new secret in a file, and resolves to its path. */
  secretFile(kind: SecretKind, name: string, secret?: string): Promise<string>;
}

const GROUP = "vpc-1";
const groups = { alice: ["admins"], bob: ["engineers"], carol: [] };

/** A text that is nowhere by accident. */
export function canary(kind: SecretKind): string {
  return `${kind.replaceAll(/\W/g, "-")}-${randomBytes(9).toString("hex")}`;
}

/** Prepares everything that the gateway and its agent need; the test starts those. */
export async function prepareSecretPlane(): Promise<SecretPlane> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-secrets-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const heard = new HeardPlaces();
  const processes = opened.use(watchProcessList());
  const tls = await ensureCertificates(join(folder, "certificates"));
  heard.keep("TLS key", lineOfKey(await readFile(tls.gateway.keyFile, "utf8")));
  const receiverTls = {
    certificate: await readFile(tls.gateway.certificateFile, "utf8"),
    key: await readFile(tls.gateway.keyFile, "utf8"),
  };
  const webhook = opened.use(await startWebhookReceiver(receiverTls));
  const collector = opened.use(await startOtlpCollector(receiverTls));
  const provider = opened.use(await startLoginProvider(groups));
  const database = opened.use(await openStateDatabase());
  const mysql = opened.use(await startServedMysql("mysql"));
  const mongo = opened.use(await startServedDouble());
  heard.keep("credential by file", mysql.server.root.password, mongo.server.account.password);
  const server = await startPostgresServer({
    folder: join(folder, "server"),
    template: CLUSTER_TEMPLATE,
    durable: false,
  });
  opened.defer(() => server.stop());

  const secretFile: SecretPlane["secretFile"] = async (kind, name, secret = canary(kind)) => {
    heard.keep(kind, secret);
    const file = join(folder, name);
    await writeFile(file, `${secret}\n`, { mode: 0o600 });
    return file;
  };
  const statePassword = decodeURIComponent(new URL(database.url.reveal()).password);
  heard.keep("state database's password", statePassword);
  await writeFile(join(folder, "database.url"), database.url.reveal(), { mode: 0o600 });
  const sealingKey = await secretFile("sealing key", "sealing.key", randomBytes(32).toString("hex"));
  const maskKey = await secretFile("mask key", "mask.key", randomBytes(32).toString("hex"));
  const webhookSecret = await secretFile("webhook secret", "webhook.key", randomBytes(32).toString("hex"));
  const collectorToken = await secretFile("collector's token", "collector.token");
  const byFile = await secretFile("credential by file", "shop.password");
  const byCommand = await secretFile("credential by command", "printed.password");
  const environment = { SHOP_PASSWORD: canary("credential by env") };
  heard.keep("credential by env", environment.SHOP_PASSWORD);
  const sealed = canary("sealed credential");
  heard.keep("sealed credential", sealed);
  const passwords = {
    env: environment.SHOP_PASSWORD,
    file: (await readFile(byFile, "utf8")).trim(),
    command: (await readFile(byCommand, "utf8")).trim(),
    sealed,
  };
  const references = {
    env: "env:SHOP_PASSWORD",
    file: `file:${byFile}`,
    command: `command:cat ${byCommand}`,
    sealed: "sealed:shop",
  };
  const shop = databaseAt(server.url);
  await shop.query("create table people (id int, email text)");
  await shop.query("insert into people values (1, 'ada@example.com')");
  for (const [way, password] of Object.entries(passwords)) {
    await shop.query(`create role shop_${way} login password '${password}'`);
    await shop.query(`grant select on people to shop_${way}`);
  }

  const ports = {
    pg: await freePort(),
    mysql: await freePort(),
    mongo: await freePort(),
    api: await freePort(),
    tunnel: await freePort(),
  };
  const documents = join(folder, "documents");
  await mkdir(documents);
  const writeDocument: SecretPlane["writeDocument"] = (name, ...all) =>
    writeFile(join(documents, `${name}.yaml`), all.map((one) => JSON.stringify(one)).join("\n---\n"));
  await writeDocument(
    "connections",
    ...Object.entries(references).map(([way, password]) => ({
      connection: `shop-${way}`,
      protocol: "pg",
      agentGroup: GROUP,
      server: { host: server.host, port: server.port, tls: "disable" },
      database: "postgres",
      credential: { user: `shop_${way}`, password },
    })),
    ...[mysql, mongo].map(({ adapter, host = "127.0.0.1", port, credential, database: name, options = {} }) => ({
      connection: adapter.id,
      protocol: adapter.id,
      agentGroup: GROUP,
      server: { host, port, tls: "disable" },
      credential,
      database: name,
      options,
    })),
  );
  await writeDocument("people", {
    identityProvider: "people",
    issuer: provider.issuer,
    audience: LOGIN_AUDIENCE,
    algorithms: ["ES256"],
    roles: { admin: ["admins"], viewer: ["viewers"] },
    login: { clientId: LOGIN_CLIENT },
  });
  await writeDocument(
    "policies",
    {
      policy: "shop",
      who: { groups: ["admins", "engineers"] },
      where: { connections: ["shop-*"] },
      rules: [{ allow: ["read", "session", "transaction"], on: ["public.*"] }],
      masks: [{ columns: ["public.people.email"], with: "hash" }],
    },
    {
      policy: "others",
      who: { groups: ["admins", "engineers"] },
      where: { connections: ["mysql", "mongo"] },
      rules: [{ allow: ["read", "session"] }],
    },
  );

  const socket = join(folder, "state", "api.sock");
  const config = {
    state: { folder: "state", databaseUrl: "file:database.url" },
    recordings: "recordings",
    tls: { names: ["localhost"] },
    listeners: [
      { protocol: "pg", port: ports.pg },
      { protocol: "mysql", port: ports.mysql },
      { protocol: "mongo", port: ports.mongo },
    ],
    tunnel: { port: ports.tunnel },
    api: { port: ports.api, socket },
    // short enough for a renewal while the test runs
    enrolment: { certificateHours: 0.01 },
    sealing: { keys: [`file:${sealingKey}`] },
    masks: { keyFile: maskKey },
    events: {
      to: [
        { sink: "stdout" },
        { sink: "file", path: "events.jsonl" },
        { sink: "webhook", url: webhook.url, secret: `file:${webhookSecret}`, caFile: tls.caFile },
        { sink: "otlp", url: collector.url, authorization: `file:${collectorToken}`, caFile: tls.caFile },
      ],
    },
  };

  const start: SecretPlane["start"] = (args, { as = "local", environment: more = {}, input = "" } = {}) =>
    startSallyport(args, { HOME: join(folder, "homes", as), ...more }, input);
  const run: SecretPlane["run"] = async (args, how = {}) => {
    const ran = await start(args, how).result;
    const told = how.tells === undefined || how.tells.length === 0 ? "commands" : `commands that tell ${how.tells[0]}`;
    heard.hear(told, `${ran.output}\n${ran.errors}`, how.tells);
    return ran;
  };
  const local = { SALLYPORT_GATEWAY: `unix:${socket}` };
  const serving = opened.use(new AsyncDisposableStack());
  const serve: SecretPlane["serve"] = async (place, args, event, more = {}) => {
    const running = start(args, { environment: more });
    const end = running.result.then(({ output, errors }) => heard.hear(place, `${output}\n${errors}`));
    serving.defer(async () => {
      running.child.kill("SIGINT");
      await end;
    });
    while (!running.output().includes(`"${event}"`) && running.child.exitCode === null)
      await Promise.race([once(running.child.stdout ?? running.child, "data"), running.result]);
    if (running.child.exitCode !== null) throw new Error(`${place} has ended: ${running.output()}${running.errors()}`);
    return running;
  };
  const everythingOpened = opened.move();
  return {
    folder,
    heard,
    processes,
    webhook,
    collector,
    database,
    url: `https://localhost:${ports.api}`,
    socket,
    ports,
    certificates: { caFile: join(folder, "state", "ca.crt") },
    config,
    environment,
    documents,
    server,
    start,
    run,
    locally: (args, how = {}) => run(args, { ...how, environment: { ...local, ...how.environment } }),
    serve,
    writeDocument,
    secretFile,
    [Symbol.asyncDispose]: () => everythingOpened.disposeAsync(),
  };
}

/** The second line of a key in PEM: the first is the same for all of its sort. */
export function lineOfKey(pem: string): string {
  return pem.split("\n")[2] ?? "";
}
