import { setTimeout as delay } from "node:timers/promises";
import { health, readiness } from "@sallyport/gateway/api/contract/health";
import { me } from "@sallyport/gateway/api/contract/me";
import { clientOf, type ApiClient } from "../client/api-client.ts";
import { authorizationFor } from "../client/authorization.ts";
import { mintAccess } from "../client/mint-access.ts";
import { describeTarget, findTarget, type GatewayOptions, type Target } from "../client/target.ts";
import { CommandFailure } from "../command-failure.ts";
import { Examination, ExaminationEnded, type Finding } from "../doctor/examination.ts";
import { lookAtAccess, lookAtAgents, lookAtDocument, mayView } from "../doctor/look-at-connection.ts";
import { lookAtCertificate, lookAtName, lookAtPort } from "../doctor/look-at-gateway.ts";
import { exitCodes } from "../exit-codes.ts";
import { shownLines } from "../output/shown.ts";

/** The options of `sallyport doctor`. */
export interface DoctorOptions extends GatewayOptions {
  readonly host?: string;
  readonly as?: string;
  readonly kind?: string;
  readonly group?: readonly string[];
  /** In seconds. */
  readonly wait?: number;
  readonly json?: boolean;
}

const TICKET_S = 60;
const NOT_READY = 503;
const LOOK_AGAIN_MS = 500;

/** Looks at every stage from this host's settings to a query through the tunnel, and says which one fails and what to do. */
export async function runDoctor(connection: string | undefined, options: DoctorOptions): Promise<void> {
  const giveUp = Date.now() + (options.wait ?? 0) * 1000;
  const once = options.wait === undefined;
  const tell = (finding: Finding): void => {
    if (options.json !== true) console.log(lineOf(finding));
  };
  let seen = await examined(connection, options, once ? tell : () => undefined);
  while (seen.exitCode !== undefined && Date.now() < giveUp) {
    await delay(LOOK_AGAIN_MS);
    seen = await examined(connection, options, () => undefined);
  }
  const { findings, exitCode = exitCodes.done } = seen;
  if (options.json === true)
    console.log(JSON.stringify({ ok: exitCode === exitCodes.done, stages: findings }, null, 2));
  else if (!once) for (const finding of findings) tell(finding);
  // a socket to the gateway may still be open, and nobody waits for it
  process.exit(exitCode);
}

async function examined(
  connection: string | undefined,
  options: DoctorOptions,
  tell: (finding: Finding) => void,
): Promise<Examination> {
  const examination = new Examination(tell);
  try {
    await examine(examination, connection, options);
  } catch (reason) {
    if (!(reason instanceof ExaminationEnded)) throw reason;
  }
  return examination;
}

async function examine(seen: Examination, connection: string | undefined, options: DoctorOptions): Promise<void> {
  const target = await seen.stage("configuration", async () => {
    const value = await findTarget(options);
    return { detail: describeSettings(value), value };
  });
  if (target.kind === "url") {
    await seen.stage("name", () => lookAtName(target));
    await seen.stage("port", () => lookAtPort(target));
    await seen.stage("certificate", () => lookAtCertificate(target));
  }
  await lookAtHealth(seen, target);
  const client = await seen.stage("token", async () => {
    const authorization = authorizationFor(target, options);
    await authorization.token();
    return {
      detail: target.kind === "socket" ? "not needed on this socket" : "there is one",
      value: clientOf(target, authorization),
    };
  });
  const who = await seen.stage("login", async () => {
    const value = await client.get("/v1/me", me);
    const roles = value.roles.length === 0 ? "no role" : `the roles ${value.roles.join(", ")}`;
    return { detail: `you are ${value.name}, with ${roles}`, value };
  });
  if (connection === undefined) return;
  const [name = ""] = connection.split("/");
  if (mayView(who)) {
    const group = await seen.stage("connection", () => lookAtDocument(client, name));
    await seen.stage("agents", () => lookAtAgents(client, group));
  } else {
    seen.skip("agents", "whether they are online is for those with a role to see");
  }
  if (options.as === undefined && who.kind !== "local") await seen.stage("access", () => lookAtAccess(client, name));
  if (options.as === undefined && who.kind === "local") {
    seen.skip("session", "the gateway's own user has no access to databases: try it as somebody with --as NAME");
    return;
  }
  await lookThrough(seen, client, connection, options);
}

async function lookThrough(
  seen: Examination,
  client: ApiClient,
  connection: string,
  options: DoctorOptions,
): Promise<void> {
  const access = await seen.stage("ticket", async () => {
    const value = await mintAccess(client, { ...options, connection, lifetimeSeconds: TICKET_S });
    return { detail: "one was made for a minute", value };
  });
  try {
    const { protocols } = await import("../protocols.ts");
    const { lookAtLogin, lookAtQuery } = await import("../doctor/look-at-session.ts");
    const adapter = protocols.find(({ id }) => id === access.guide.protocol);
    if (adapter === undefined) throw new Error(`no adapter for ${access.guide.protocol}`);
    const server = await seen.stage("session", () => lookAtLogin(adapter, access));
    await seen.stage("query", () => lookAtQuery(adapter, server));
  } finally {
    await access.revoke().catch(() => undefined);
  }
}

async function lookAtHealth(seen: Examination, target: Target): Promise<void> {
  const anybody = clientOf(target, { token: async () => undefined, renewed: async () => undefined });
  await seen.stage("api", async () => {
    await anybody.get("/healthz", health);
    return { detail: "the gateway answers", value: undefined };
  });
  await seen.stage("readiness", async () => {
    const { ready, missing } = await anybody.get("/readyz", readiness, {}, NOT_READY);
    if (ready) return { detail: "it takes new sessions", value: undefined };
    throw new CommandFailure(
      `The gateway takes no new sessions: ${missing.join("; ")}.`,
      "Its operator has to see to that; sessions that are open go on.",
      undefined,
      exitCodes.unreachable,
    );
  });
}

function describeSettings(target: Target): string {
  const trusted = target.ca === undefined ? "the system's authorities" : "an authority of its own";
  const known = target.kind === "url" && target.name !== undefined ? `, the login ${target.name}` : "";
  return `the gateway is ${describeTarget(target)}${known}, trusted by ${trusted}`;
}

const signs = { ok: "✓", failed: "✗", skipped: "-" } as const;

function lineOf({ stage, state, detail, nextStep }: Finding): string {
  const line = `${signs[state]} ${stage.padEnd(15)}${shownLines(detail)}`;
  return nextStep === undefined ? line : `${line}\n  What to do: ${shownLines(nextStep)}`;
}
