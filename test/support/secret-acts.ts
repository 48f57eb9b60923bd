import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { parseSealingKey } from "@sallyport/gateway/sealing/sealing-key";
import { authoritySealName } from "@sallyport/gateway/sealing/sealed-names";
import { Sealer } from "@sallyport/gateway/sealing/sealer";
import { Secret } from "@sallyport/shared/secret";
import { MongoClient, type MongoClientOptions } from "mongodb";
import mysql from "mysql2/promise";
import pg from "pg";
import { z } from "zod";
import { askApi, type Asked } from "./ask-api.ts";
import { logIn } from "./cli-login.ts";
import { canary, lineOfKey, type SecretPlane } from "./secret-plane.ts";
import type { SecretKind } from "./secret-kinds.ts";

const savedLogins = z.object({
  gateways: z.record(z.string(), z.object({ tokens: z.object({ token: z.string(), refreshToken: z.string() }) })),
});
const minted = z.object({ name: z.string(), secret: z.string() });
const cancelKey = z.object({ secretKey: z.number() });
const listed = z.object({ items: z.array(z.looseObject({ name: z.string().optional(), id: z.string().optional() })) });
const description = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const sealedKeys = z.array(z.object({ id: z.string(), sealed_key: z.instanceof(Buffer) }));

/** Logs somebody in, keeps the tokens among what must not be told, and resolves to the identity token. */
export async function logInKept(plane: SecretPlane, name: string, more: readonly string[] = []): Promise<string> {
  const { output, errors } = await logIn(plane, name, more);
  plane.heard.hear("commands", `${output}\n${errors}`);
  const file = join(plane.folder, "homes", name, ".config", "sallyport", "logins.json");
  const { gateways } = savedLogins.parse(JSON.parse(await readFile(file, "utf8")));
  for (const { tokens } of Object.values(gateways)) {
    plane.heard.keep("identity token", tokens.token);
    plane.heard.keep("refresh token", tokens.refreshToken);
  }
  return Object.values(gateways)[0]?.tokens.token ?? "";
}

/** Has an administrator mint a ticket. */
export async function mintKept(plane: SecretPlane, connection: string): Promise<z.infer<typeof minted>> {
  const args = [
    "tickets",
    "mint",
    connection,
    "--as",
    "reports",
    "--kind",
    "service",
    "--group",
    "engineers",
    "--json",
  ];
  const ticket = minted.parse(JSON.parse((await plane.locally(args, { tells: ["ticket"] })).output));
  plane.heard.keep("ticket", ticket.secret);
  return ticket;
}

/** The key of the gateway's own authority, which nobody is given: opened as the gateway opens it. */
export async function keepAuthorityKey({ heard, database }: SecretPlane): Promise<void> {
  const [key = ""] = heard.secretsOf("sealing key");
  const sealer = new Sealer([parseSealingKey(new Secret(key))]);
  const rows = sealedKeys.parse(await database.query("select id, sealed_key from sallyport.authority"));
  for (const row of rows) {
    const opened = sealer.open(authoritySealName(row.id), row.sealed_key);
    heard.keep("authority's key", opened.toString("hex"));
    // the second line of the same in PEM
    heard.keep("authority's key", opened.toString("base64").slice(64, 128));
  }
}

/** The agent's key, as it is at the moment: a renewal makes another one. */
export async function keepAgentKey({ heard }: SecretPlane, state: string): Promise<void> {
  const { key } = z.object({ key: z.string() }).parse(JSON.parse(await readFile(join(state, "identity.json"), "utf8")));
  heard.keep("agent's key", lineOfKey(key));
}

/** What a PostgreSQL driver is told, right or wrong; the session's own cancel key is kept. */
export async function tryPg(plane: SecretPlane, user: string, database: string, password: string, sql = "select 1") {
  const ssl = { ca: await readFile(plane.certificates.caFile, "utf8") };
  const client = new pg.Client({ host: "localhost", port: plane.ports.pg, user, database, password, ssl });
  client.on("error", () => undefined);
  await hearAttempt(plane, async () => {
    try {
      await client.connect();
      plane.heard.keep("cancel key", String(cancelKey.parse(client).secretKey).padStart(8, "0"));
      return JSON.stringify((await client.query<Record<string, unknown>>(sql)).rows);
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

/** The same for MySQL's. */
export async function tryMysql(plane: SecretPlane, user: string, password: string, sql = "select 1") {
  const ssl = { ca: await readFile(plane.certificates.caFile, "utf8"), verifyIdentity: true };
  await hearAttempt(plane, async () => {
    const connection = await mysql.createConnection({
      host: "localhost",
      port: plane.ports.mysql,
      user,
      password,
      ssl,
    });
    try {
      return (await connection.query(sql))[0];
    } finally {
      connection.destroy();
    }
  });
}

/** The same for MongoDB's, with whatever it logs in by. */
export async function tryMongo(plane: SecretPlane, options: MongoClientOptions, command: object = { ping: 1 }) {
  const client = new MongoClient(`mongodb://localhost:${plane.ports.mongo}/`, {
    tls: true,
    tlsCAFile: plane.certificates.caFile,
    ...options,
  });
  await hearAttempt(plane, async () => {
    try {
      return await client.db("shop").command({ ...command });
    } finally {
      await client.close();
    }
  });
}

/** Asks the API and hears the answer. */
export async function ask(plane: SecretPlane, path: string, asked: Asked = {}, tells: readonly SecretKind[] = []) {
  const ca = await readFile(plane.certificates.caFile, "utf8");
  const answered = await askApi({ port: plane.ports.api, socket: plane.socket, ca }, path, asked);
  const place = path === "/metrics" ? "metrics" : tells.length === 0 ? "API" : `API that tells ${tells.join(", ")}`;
  plane.heard.hear(place, `${JSON.stringify(answered.headers)}\n${answered.text}`, tells);
  return answered;
}

/** Reads everything that the API lets an administrator read, by its own description. */
export async function readWholeApi(plane: SecretPlane): Promise<number> {
  const local = { local: true };
  const { paths } = description.parse((await ask(plane, "/v1/openapi.json", local)).body);
  // what goes on as long as its session does is read with `sessions tail`
  const readable = Object.keys(paths).filter((path) => paths[path]?.["get"] !== undefined && !path.endsWith("/events"));
  let read = 0;
  for (const path of readable) {
    for (const filled of await fill(plane, path)) {
      const { status } = await ask(plane, filled, local);
      if (status === 200) read += 1;
    }
  }
  return read;
}

async function fill(plane: SecretPlane, path: string): Promise<readonly string[]> {
  const [list = "", rest] = path.split(/\/\{\w+\}/);
  if (rest === undefined) return [path];
  const { items } = listed.parse((await ask(plane, `${list}?limit=200`, { local: true })).body);
  return items.map(({ name, id }) => `${list}/${encodeURIComponent(name ?? id ?? "")}${rest}`);
}

/** A password that somebody typed, and that is not the right one. */
export function typedWrongly({ heard }: SecretPlane): string {
  const typed = canary("password that was typed wrongly");
  heard.keep("password that was typed wrongly", typed);
  return typed;
}

/** All that lies in a folder. */
export async function filesOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}

/** All that the gateway's own database holds. */
export async function rowsOfStore({ database }: SecretPlane): Promise<string> {
  const tables = await database.query("select tablename from pg_tables where schemaname = 'sallyport'");
  const rows = tables.map(({ tablename }) =>
    database.query(`select t::text as row from sallyport.${String(tablename)} t`),
  );
  return JSON.stringify(await Promise.all(rows));
}

async function hearAttempt({ heard }: SecretPlane, attempt: () => Promise<unknown>): Promise<void> {
  const told = await attempt().catch((reason: unknown) =>
    // what a driver's error has beside its message
    reason instanceof Error ? `${reason.message}\n${inspect(reason, { depth: 5 })}` : String(reason),
  );
  heard.hear("clients", typeof told === "string" ? told : (JSON.stringify(told) ?? ""));
}
