import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { getCACertificates } from "node:tls";
import { writePrivate } from "../demo/private-file.ts";
import { configFolder } from "./config-folder.ts";
import type { Target } from "./target.ts";

/** A PEM file of those whom a client program shall trust to be the gateway: the very ones that the API was asked under. */
export async function authorityFile({ ca, ...target }: Target): Promise<string> {
  if (ca?.file !== undefined) return resolve(ca.file);
  const own = ca !== undefined && target.kind === "url" && target.name !== undefined;
  // not every version of libpq can be told to ask the system
  const pem = ca?.pem ?? getCACertificates("default").join("\n");
  return kept(own ? `gateway-${target.name}.pem` : "system.pem", `${pem.trim()}\n`);
}

async function kept(name: string, pem: string): Promise<string> {
  const folder = join(configFolder(), "authorities");
  const file = join(folder, name);
  const there = await readFile(file, "utf8").catch(() => undefined);
  if (there === pem) return file;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writePrivate(file, pem);
  return file;
}
