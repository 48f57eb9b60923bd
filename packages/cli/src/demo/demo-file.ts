import { writePrivate } from "./private-file.ts";
import type { DemoPrincipalName } from "./principals.ts";

/** What other tools read to find the demo: the shape of `demo.json`, which stays as it is. */
export interface DemoFile {
  readonly ready: true;
  readonly pids: { readonly gateway: number; readonly agent: number; readonly server: number };
  readonly gateway: { readonly caFile: string; readonly pg: { readonly host: string; readonly port: number } };
  readonly servers: { readonly pg: { readonly url: string } };
  readonly principals: Readonly<Record<DemoPrincipalName, DemoAccess>>;
}

/** How one principal gets in: with a token as the password, or with everything in one URL. */
export interface DemoAccess {
  readonly token: string;
  readonly pgUrl: string;
}

/** The file exists only while the demo can be used. */
export async function writeDemoFile(file: string, content: DemoFile): Promise<void> {
  await writePrivate(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

/** A URL that any libpq program and most drivers take as it is. */
export function pgUrl(options: {
  user: string;
  secret: string;
  port: number;
  database: string;
  caFile: string;
}): string {
  const { user, secret, port, database, caFile } = options;
  const rootCertificate = encodeURIComponent(caFile).replaceAll("%2F", "/");
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`;
  return `postgres://${login}@localhost:${port}/${database}?sslmode=verify-full&sslrootcert=${rootCertificate}`;
}
