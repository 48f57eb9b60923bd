import { X509Certificate, createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { issueCertificate, makeAuthority, type KeyedCertificate } from "./certificates/issue.ts";
import { writePrivate } from "./private-file.ts";

const DAY_MS = 86_400_000;
const VALID_DAYS = 365;
const RENEW_DAYS = 30;

/** PEM files of one certificate with its private key. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** All that the demo's two processes and its clients need to trust each other. */
export interface DemoCertificates {
  readonly caFile: string;
  readonly gateway: CertificateFiles;
  /** The database server's. */
  readonly server: CertificateFiles;
  readonly agent: CertificateFiles & {
    /** SHA-256 of the certificate, as documents of agents name it. */
    readonly fingerprint: string;
  };
}

/** Makes the certificates of a demo in a folder, or keeps those that are there until they are about to expire. */
export async function ensureCertificates(folder: string): Promise<DemoCertificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, "ca.crt");
  const existing = await Promise.all([
    read(caFile),
    ...["gateway", "server", "agent"].map((name) => readPair(folder, name)),
  ]);
  if (!existing.every((certificate) => certificate !== undefined && lastsLonger(certificate))) {
    // the authority's certificate is written last: as long as it is missing, the set is not complete
    await rm(caFile, { force: true });
    const authority = await makeAuthority("Sallyport demo CA", VALID_DAYS);
    const hosts = ["localhost", "127.0.0.1", "::1"];
    const gateway = await issueCertificate(authority, {
      name: "sallyport-gateway",
      hosts,
      usage: "server",
      days: VALID_DAYS,
    });
    const server = await issueCertificate(authority, {
      name: "shop-database",
      hosts,
      usage: "server",
      days: VALID_DAYS,
    });
    const agent = await issueCertificate(authority, {
      name: "demo-agent",
      hosts: [],
      usage: "client",
      days: VALID_DAYS,
    });
    await writePair(folder, "gateway", gateway);
    await writePair(folder, "server", server);
    await writePair(folder, "agent", agent);
    // its key is forgotten: nothing else is ever signed with it
    await writePrivate(caFile, authority.certificate, 0o644);
  }
  return {
    caFile,
    gateway: filesOf(folder, "gateway"),
    server: filesOf(folder, "server"),
    agent: { ...filesOf(folder, "agent"), fingerprint: await fingerprintOf(filesOf(folder, "agent").certificateFile) },
  };
}

/** The SHA-256 of a certificate as openssl prints it: `AB:CD:…`. */
export async function fingerprintOf(certificateFile: string): Promise<string> {
  const der = new X509Certificate(await readFile(certificateFile)).raw;
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  return (hex.match(/../g) ?? []).join(":");
}

function filesOf(folder: string, name: string): CertificateFiles {
  return { certificateFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
}

async function read(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

/** The certificate, if its key is there too. */
async function readPair(folder: string, name: string): Promise<string | undefined> {
  const files = filesOf(folder, name);
  const [certificate, key] = await Promise.all([read(files.certificateFile), read(files.keyFile)]);
  return key === undefined ? undefined : certificate;
}

async function writePair(folder: string, name: string, pair: KeyedCertificate): Promise<void> {
  const files = filesOf(folder, name);
  await writePrivate(files.keyFile, pair.key);
  await writePrivate(files.certificateFile, pair.certificate, 0o644);
}

function lastsLonger(certificate: string): boolean {
  return new X509Certificate(certificate).validToDate.getTime() > Date.now() + RENEW_DAYS * DAY_MS;
}
