import { readFile } from "node:fs/promises";
import type { DemoCertificates } from "./certificates.ts";

/** The certificate and key, as PEM texts, that every shop's server shows. */
export async function shopTls({ server }: DemoCertificates): Promise<{ certificate: string; key: string }> {
  const [certificate, key] = await Promise.all([
    readFile(server.certificateFile, "utf8"),
    readFile(server.keyFile, "utf8"),
  ]);
  return { certificate, key };
}
