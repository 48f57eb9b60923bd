import { issueCertificate, makeAuthority, type KeyedCertificate } from "@sallyport/cli/demo/certificates/issue";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A gateway's and an agent's certificates of one authority, in files of a folder that is removed with them. */
export interface TunnelCertificates extends AsyncDisposable {
  readonly ca: string;
  readonly gateway: KeyedCertificate;
  readonly agent: {
    readonly caFile: string;
    readonly certificateFile: string;
    readonly keyFile: string;
    readonly fingerprint: string;
  };
  /** Another agent's, signed by the same authority. */
  issueAgent(name: string): Promise<KeyedCertificate>;
}

/** Makes them for `localhost` and the loopback addresses. */
export async function makeTunnelCertificates(): Promise<TunnelCertificates> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-tunnel-"));
  const authority = await makeAuthority("test", 1);
  const gateway = await issueCertificate(authority, {
    name: "gateway",
    hosts: ["localhost", "127.0.0.1"],
    usage: "server",
    days: 1,
  });
  const issueAgent = (name: string): Promise<KeyedCertificate> =>
    issueCertificate(authority, { name, hosts: [], usage: "client", days: 1 });
  const agent = await issueAgent("agent");
  const file = async (name: string, content: string) => {
    const path = join(folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  return {
    ca: authority.certificate,
    gateway,
    agent: {
      caFile: await file("ca.crt", authority.certificate),
      certificateFile: await file("agent.crt", agent.certificate),
      keyFile: await file("agent.key", agent.key),
      fingerprint: new X509Certificate(agent.certificate).fingerprint256,
    },
    issueAgent,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
