import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageFiles } from "../architecture/source-files.ts";
import { secretIn } from "../support/secret-forms.ts";
import {
  ask,
  filesOf,
  keepAgentKey,
  keepAuthorityKey,
  logInKept,
  mintKept,
  readWholeApi,
  rowsOfStore,
  tryMongo,
  tryMysql,
  tryPg,
  typedWrongly,
} from "../support/secret-acts.ts";
import { secretKinds, type SecretKind } from "../support/secret-kinds.ts";
import { canary, prepareSecretPlane, type SecretPlane } from "../support/secret-plane.ts";
import type { Running } from "../support/sallyport.ts";
import { until } from "../support/until.ts";

/** On a machine that runs other tests too. */
const WHOLE_MS = 900_000;
/** How many processes are started at once. */
const LANES = 3;

const kinds = Object.keys(secretKinds).filter((kind): kind is SecretKind => kind in secretKinds);

/** Wherever something could be told. Each must have been heard of, or the test proves nothing about it. */
const expectedPlaces = [
  "API",
  "API that tells ticket",
  "agent",
  "audit",
  "clients",
  "commands",
  "commands that tell enrolment token",
  "commands that tell ticket",
  "events at a collector",
  "events in a file",
  "events in a webhook",
  "gateway",
  "gateway that ended by a signal",
  "gateways that do not start",
  "metrics",
  "process list",
  "recordings",
  "store",
  "agents that do not start",
];

let plane: SecretPlane;
let agentState: string;
let gateway: Running;
let agent: Running;

beforeAll(async () => {
  plane = await prepareSecretPlane();
  agentState = join(plane.folder, "agent");
  await open();
  await useDatabases();
  await administer();
  await makeMistakes();
  await startWrongly();
  await until(() => agent.output().includes('"agent.renewed"'));
  await close();
}, WHOLE_MS);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

/** A gateway, a replica of it with certificates of the operator's, an agent, and people. */
async function open(): Promise<void> {
  await writeFile(join(plane.folder, "gateway.yaml"), JSON.stringify(plane.config));
  gateway = await plane.serve(
    "gateway",
    ["gateway", "--config", join(plane.folder, "gateway.yaml")],
    "gateway.started",
  );
  await keepAuthorityKey(plane);
  await plane.locally(["apply", "-f", plane.documents, "--dry-run"]);
  await plane.locally(["apply", "-f", plane.documents]);
  const [sealed = ""] = plane.heard.secretsOf("sealed credential");
  await plane.locally(["credentials", "set", "shop"], { input: `${sealed}\n` });
  const { output } = await plane.locally(["agents", "enroll", "--group", "vpc-1"], { tells: ["enrolment token"] });
  const token = output.trim();
  plane.heard.keep("enrolment token", token);
  await writeFile(
    join(plane.folder, "agent.yaml"),
    JSON.stringify({
      name: "edge-1",
      state: agentState,
      allow: ["127.0.0.1:*"],
      credentials: ["env:*", "file:*", "command:*"],
      healthIntervalSeconds: 1,
    }),
  );
  const environment = { ...plane.environment, SALLYPORT_AGENT_TOKEN: token };
  agent = await plane.serve(
    "agent",
    ["agent", "--config", join(plane.folder, "agent.yaml")],
    "tunnel.online",
    environment,
  );
  await keepAgentKey(plane, agentState);
  await Promise.all([logInKept(plane, "alice"), logInKept(plane, "carol"), logInKept(plane, "bob", ["--device"])]);
}

/** Statements through every kind of credential, logins right and wrong in every protocol. */
async function useDatabases(): Promise<void> {
  const token = await logInKept(plane, "bob");
  const ways = ["env", "file", "command", "sealed"].map(async (way) => {
    const connection = `shop-${way}`;
    const statements = ["select * from people", "drop table people", "selekt"].flatMap((text) => ["-c", text]);
    await plane.run(["doctor", connection, "--wait", "30s"], { as: "bob" });
    await plane.run(["psql", connection, "--", ...statements], { as: "bob" });
    await tryPg(plane, "bob", connection, token, "select email, current_user from people");
  });
  await Promise.all(ways);
  await tryPg(plane, "alice", "shop-env", token);
  await tryPg(plane, "bob", "shop-nowhere", token);
  await tryPg(plane, "bob", "shop-env", typedWrongly(plane));
  await tryPg(plane, "bob", "shop-env", `${token.slice(0, -8)}AAAAAAAA`);
  const ticket = await mintKept(plane, "shop-env");
  await tryPg(plane, ticket.name, "shop-env", ticket.secret, "select email from people");
  await tryPg(plane, ticket.name, "shop-file", ticket.secret);
  await tryPg(plane, ticket.name, "shop-env", typedWrongly(plane));
  const forMysql = await mintKept(plane, "mysql");
  await tryMysql(plane, forMysql.name, forMysql.secret);
  await tryMysql(plane, forMysql.name, forMysql.secret, "drop table nothing");
  await tryMysql(plane, forMysql.name, typedWrongly(plane));
  await tryMysql(plane, "bob+mysql", token);
  await tryMysql(plane, "carol+mysql", token);
  await tryMysql(plane, "bob+mysql", typedWrongly(plane));
  const forMongo = await mintKept(plane, "mongo");
  const plain = (username: string, password: string) => ({
    auth: { username, password },
    authMechanism: "PLAIN" as const,
  });
  await tryMongo(plane, { auth: { username: forMongo.name, password: forMongo.secret } });
  await tryMongo(plane, { auth: { username: forMongo.name, password: forMongo.secret } }, { dropDatabase: 1 });
  await tryMongo(plane, { auth: { username: forMongo.name, password: typedWrongly(plane) } });
  await tryMongo(plane, plain("bob+mongo", token));
  await tryMongo(plane, plain("carol+mongo", token));
  await tryMongo(plane, plain("bob+mongo", typedWrongly(plane)));
}

/** What operators and people do, while a session is open. */
async function administer(): Promise<void> {
  const alice = (...args: string[]) => plane.run(args, { as: "alice" });
  const waiting = plane.start(
    [
      "psql",
      "shop-file",
      "--",
      "-c",
      "select 'in'",
      "-c",
      "select count(*) from people, pg_catalog.generate_series(1, 1e10)",
    ],
    { as: "bob" },
  );
  await until(
    () => waiting.output().includes("in") && [...plane.processes.lines].some((line) => /^\S*psql\b/.test(line)),
  );
  const [session = ""] = (await alice("sessions", "ls", "--quiet", "--principal", "bob")).output.split("\n");
  await alice("sessions", "show", session, "--json");
  await alice("sessions", "tail", session, "--no-follow", "--json");
  await alice("sessions", "kill", session);
  const { output, errors } = await waiting.result;
  plane.heard.hear("commands", `${output}\n${errors}`);
  const { output: url } = await plane.run(["connect", "shop-env"], { as: "bob", tells: ["ticket"] });
  plane.heard.keep("ticket", new URL(url.trim()).password);
  await plane.run(["connect", "shop-env", "--exec", "--", "sh", "-c", 'psql "$DATABASE_URL" -c "select 1"'], {
    as: "bob",
  });
  await alice("policy", "explain", "--connection", "shop-env", "--principal", "bob", "select email from people");
  await alice("policies", "ls", "--json");
  await alice("policies", "versions", "shop", "--json");
  await alice("credentials", "ls", "--json");
  await alice("tickets", "ls", "--json");
  await alice("agents", "show", "edge-1", "--json");
  await alice("connections", "show", "shop-command");
  await alice("whoami", "--json");
  plane.heard.hear("audit", (await alice("audit", "ls", "--limit", "500", "--json")).output);
  const token = await logInKept(plane, "alice");
  const job = { SALLYPORT_GATEWAY: plane.url, SALLYPORT_CA_FILE: plane.certificates.caFile, SALLYPORT_TOKEN: token };
  await plane.run(["whoami"], { as: "job", environment: job });
  await plane.run(["connect", "shop-env", "--exec", "--", "env"], { as: "job", environment: job, tells: ["ticket"] });
  expect(await readWholeApi(plane)).toBeGreaterThan(30);
  await ask(plane, "/metrics");
}

/** What people do wrong, with secrets in their hands. */
async function makeMistakes(): Promise<void> {
  const [token = ""] = plane.heard.secretsOf("identity token");
  const [enrolment = ""] = plane.heard.secretsOf("enrolment token");
  const [ticket = ""] = plane.heard.secretsOf("ticket");
  const [sealed = ""] = plane.heard.secretsOf("sealed credential");
  const [byEnv = ""] = plane.heard.secretsOf("credential by env");
  const key = canary("idempotency key");
  plane.heard.keep("idempotency key", key);
  const headers = { "idempotency-key": key };
  const mint = { method: "POST", local: true, headers, body: { connection: "mysql", principal: { name: "bob" } } };
  const first = await ask(plane, "/v1/tickets", mint, ["ticket"]);
  plane.heard.keep("ticket", String(first.body["secret"]));
  await ask(plane, "/v1/tickets", mint);
  await ask(plane, "/v1/tickets", { ...mint, body: { connection: "mongo" } });
  await ask(plane, "/v1/tickets", { ...mint, body: { connection: "mysql", secret: ticket } });
  await ask(plane, "/v1/tickets", { ...mint, body: `{"connection": ${sealed}` });
  const put = { method: "PUT", local: true };
  await ask(plane, "/v1/credentials/shop", { ...put, body: { secret: sealed, surprise: sealed } });
  await ask(plane, "/v1/credentials/shop", { ...put, body: { secret: [sealed] } });
  await ask(plane, "/v1/connections/shop-env", {
    ...put,
    body: { connection: "shop-env", credential: { password: byEnv } },
  });
  await ask(plane, `/v1/me?token=${token}`, { local: true });
  await ask(plane, `/v1/nothing/${ticket}`, { local: true });
  for (const wrong of [`${token} ${token}`, `${token.slice(0, -4)}AAAA`, enrolment, ticket])
    await ask(plane, "/v1/me", { token: wrong });
  await ask(plane, "/v1/agents/enrol", { method: "POST", token: enrolment, body: { csr: token } });
  await plane.run(["whoami", "--gateway", plane.url], { environment: { SALLYPORT_TOKEN: `${token}\n${token}` } });

  // a password where a reference to one belongs, and one that lacks its quotes
  const faulty = join(plane.folder, "faulty");
  const connection = (password: string) =>
    `connection: shop-env\nprotocol: pg\nagentGroup: vpc-1\nserver: { host: h, port: 1 }\ncredential: { user: u, password: ${password} }\n`;
  await mkdir(faulty);
  for (const password of [byEnv, `"${byEnv}`, `*${byEnv}`, `!${byEnv}`, `x: ${byEnv}: y`, `${byEnv} }\n  ]${byEnv}`]) {
    await writeFile(join(faulty, "shop.yaml"), connection(password));
    await plane.locally(["apply", "-f", faulty]);
  }
}

/** Gateways and agents that cannot start for what is in their files. */
async function startWrongly(): Promise<void> {
  const { heard, config, folder } = plane;
  const state = (await readFile(join(folder, "database.url"), "utf8")).trim();
  const wrong = canary("state database's password");
  heard.keep("state database's password", wrong);
  const withPassword = new URL(state);
  withPassword.password = wrong;
  const urls = [
    withPassword.href,
    `postgres://u:${wrong}@[nowhere/db`,
    `postgres://u:%ZZ${wrong}@127.0.0.1:1/db`,
    `postgres://u:${wrong}@127.0.0.1:1/db?sslmode=verify-full&sslrootcert=/none`,
  ];
  const badSealing = await plane.secretFile("sealing key", "bad-sealing.key");
  const otherSealing = await plane.secretFile("sealing key", "other-sealing.key", randomBytes(32).toString("hex"));
  const badMask = await plane.secretFile("mask key", "bad-mask.key");
  const badKey = await plane.secretFile("TLS key", "bad-tls.key");
  const certificateFile = join(folder, "certificates", "gateway.crt");
  const otherKey = join(folder, "certificates", "server.key");
  const [webhookSecret = ""] = heard.secretsOf("webhook secret");
  const webhook = { sink: "webhook", url: plane.webhook.url };
  const configs: readonly object[] = [
    { ...config, sealing: { keys: [`file:${badSealing}`] } },
    { ...config, sealing: { keys: [`file:${otherSealing}`] } },
    { ...config, masks: { keyFile: badMask } },
    { ...config, tls: { certificateFile, keyFile: badKey } },
    { ...config, tls: { certificateFile, keyFile: otherKey } },
    { ...config, events: { to: [{ ...webhook, secret: "env:NONE" }] } },
    // secrets where references to them belong
    {
      ...config,
      state: { databaseUrl: withPassword.href },
      sealing: { keys: heard.secretsOf("sealing key") },
      masks: { key: heard.secretsOf("mask key")[0] },
      events: { to: [{ ...webhook, url: `https://u:${webhookSecret}@localhost/`, secret: webhookSecret }] },
    },
  ];
  const texts = [
    ...configs.map((one) => JSON.stringify(one)),
    `state: { databaseUrl: "${withPassword.href}"\nrecordings: r\n`,
  ];
  const attempts = [
    ...texts.map((text) => ({ text, environment: {} })),
    ...urls.map((url) => ({ text: JSON.stringify(config), environment: { SALLYPORT_DATABASE_URL: url } })),
  ];
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    for (const [index, { text, environment }] of attempts.entries()) {
      if (index % LANES !== lane) continue;
      const file = join(folder, `wrong-${index}.yaml`);
      await writeFile(file, text);
      await endWrongly("gateways that do not start", ["gateway", "--config", file], environment);
    }
  });
  await Promise.all(lanes);
  const [token = ""] = heard.secretsOf("enrolment token");
  const fresh = ["agent", "--state", join(folder, "fresh"), "--allow", "127.0.0.1:1"];
  for (const value of [token, token.slice(0, -6)])
    await endWrongly("agents that do not start", fresh, { SALLYPORT_AGENT_TOKEN: value });
  const brokenAgent = join(folder, "broken-agent.yaml");
  await writeFile(brokenAgent, `allow: ["127.0.0.1:1"]\ntoken: ${token}\nname: [${token}\n`);
  await endWrongly("agents that do not start", ["agent", "--config", brokenAgent], {});
}

async function endWrongly(place: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  const { output, errors, code } = await plane.start(args, { environment }).result;
  plane.heard.hear(place, `${output}\n${errors}`);
  expect([place, code === 0 ? `${output}${errors}` : "failed"]).toEqual([place, "failed"]);
}

/** Ends what runs, one by a signal that nobody handles, and hears what there is at the end. */
async function close(): Promise<void> {
  await keepAgentKey(plane, agentState);
  const replica = join(plane.folder, "replica.yaml");
  const port = 0;
  await writeFile(
    replica,
    JSON.stringify({
      ...plane.config,
      state: { folder: "replica", databaseUrl: "file:database.url" },
      tls: { certificateFile: "certificates/gateway.crt", keyFile: "certificates/gateway.key" },
      listeners: [{ protocol: "pg", port }],
      tunnel: { port, addresses: ["localhost:7400"] },
      api: { port },
      enrolment: { url: plane.url },
      events: { to: [] },
    }),
  );
  const crashing = await plane.serve(
    "gateway that ended by a signal",
    ["gateway", "--config", replica, "--workers", "2"],
    "workers.started",
  );
  crashing.child.kill("SIGABRT");
  await crashing.result;
  for (const name of ["alice", "bob", "carol"]) await plane.run(["logout", "--all"], { as: name });
  await plane.locally(["agents", "revoke", "edge-1"]);
  agent.child.kill("SIGTERM");
  gateway.child.kill("SIGTERM");
  await Promise.all([agent.result, gateway.result]);
  const { heard, webhook, collector, folder, processes } = plane;
  heard.hear("process list", [...processes.lines].join("\n"));
  heard.hear("events in a file", await readFile(join(folder, "events.jsonl"), "utf8"));
  heard.hear(
    "events in a webhook",
    webhook.deliveries.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body}`).join("\n"),
  );
  heard.hear("events at a collector", collector.requests.map(({ body }) => body).join("\n"));
  heard.hear("recordings", await filesOf(join(folder, "recordings")));
  heard.hear("store", await rowsOfStore(plane), ["idempotency key"]);
}

describe("what is told", () => {
  it("was heard of every place", () => {
    expect(plane.heard.places.toSorted()).toEqual(expectedPlaces.toSorted());
  });

  it("is of a life in which everything was done", () => {
    const { heard } = plane;
    const told = ["gateway", "recordings", "clients", "commands"].map((place) => heard.textOf(place)).join("\n");
    for (const code of ["login/failed", "login/no-access", "policy/denied", "agent.renewed", "session/killed"])
      expect(`${told}\n${heard.textOf("agent")}`).toContain(code);
    // each kind of credential has opened a session, and the mask has hidden the address
    for (const way of ["env", "file", "command", "sealed"]) expect(told).toContain(`shop_${way}`);
    expect(heard.textOf("clients")).toMatch(/"email":"[a-z]{16,}"/);
    expect(heard.textOf("clients")).not.toContain("ada@example.com");
  });

  it.each(kinds)("never is: %s", (kind) => {
    expect(plane.heard.secretsOf(kind)).not.toEqual([]);
    expect(plane.heard.leaksOf(kind)).toEqual([]);
  });
});

describe("a secret", () => {
  it.each([
    ["as it is", (secret: string) => secret],
    ["in JSON", (secret: string) => JSON.stringify({ secret })],
    ["in a URL", (secret: string) => `https://u:${encodeURIComponent(secret)}@h/`],
    ["in hex", (secret: string) => Buffer.from(secret).toString("hex")],
    ["in base64", (secret: string) => Buffer.from(`u:${secret}`).toString("base64")],
    ["in base64url", (secret: string) => Buffer.from(`user:${secret}!`).toString("base64url")],
  ])("is found %s", (_, written) => {
    const secret = 'p"ä/ss+w?rd>9';
    expect(secretIn(`before ${written(secret)} behind`, [secret])).toBeDefined();
    expect(secretIn(`before ${written("something else")} behind`, [secret])).toBeUndefined();
  });

  it("is of a kind that is looked for, wherever the sources make one", () => {
    const known = new Set<string>(Object.values(secretKinds).flat());
    const making = packageFiles()
      .filter(({ path, text }) => /new Secret[(<]/.test(text) && !/\.test\.ts$|\/testing\//.test(path))
      .map(({ path }) => path.replace(/^packages\/([^/]+)\/src\//, "$1/"));
    expect(making.toSorted()).toEqual([...known].toSorted());
  });
});
