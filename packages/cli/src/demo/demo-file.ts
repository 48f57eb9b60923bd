import { writePrivate } from "./private-file.ts";
import type { DemoPrincipalName } from "./principals.ts";

/** What other tools read to find the demo: the shape of `demo.json`, which stays as it is. What was not asked for is left out. */
export interface DemoFile {
  readonly ready: true;
  readonly pids: { readonly gateway: number; readonly agent: number; readonly server: number } & OfOthers<number>;
  readonly gateway: { readonly caFile: string; readonly pg: DemoAddress } & OfOthers<DemoAddress>;
  readonly servers: { readonly pg: DemoServer } & OfOthers<DemoServer>;
  readonly principals: Readonly<Record<DemoPrincipalName, DemoAccess>>;
}

/** By the protocols that run only where they were asked for. */
export type OfOthers<T> = { readonly [protocol in "mysql" | "mongo"]?: T };

interface DemoAddress {
  readonly host: string;
  readonly port: number;
}

/** A server beside the gateway, as its administrator reaches it. */
interface DemoServer {
  readonly url: string;
}

/** How one principal gets in: with a token as the password, or with everything in one URL. */
export interface DemoAccess {
  readonly token: string;
  readonly pgUrl: string;
  readonly mysqlUrl?: string;
  readonly mongoUrl?: string;
}

/** The file exists only while the demo can be used. */
export async function writeDemoFile(file: string, content: DemoFile): Promise<void> {
  await writePrivate(file, `${JSON.stringify(content, undefined, 2)}\n`);
}

/** A ticket, and where it leads. */
export interface DemoLogin {
  readonly user: string;
  readonly secret: string;
  readonly port: number;
  readonly caFile: string;
}

/** A URL that any libpq program and most drivers take as it is. */
export function pgUrl(login: DemoLogin): string {
  return `postgres://${placeOf(login)}/shop?sslmode=verify-full&sslrootcert=${pathOf(login)}`;
}

/** A URL as MySQL's own programs write it. */
export function mysqlUrl(login: DemoLogin): string {
  return `mysql://${placeOf(login)}/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=${pathOf(login)}`;
}

/** A URL that every driver of MongoDB takes as it is. */
export function mongoUrl(login: DemoLogin): string {
  return `mongodb://${placeOf(login)}/shop?authSource=admin&tls=true&tlsCAFile=${pathOf(login)}`;
}

function placeOf({ user, secret, port }: DemoLogin): string {
  return `${encodeURIComponent(user)}:${encodeURIComponent(secret)}@localhost:${port}`;
}

function pathOf({ caFile }: DemoLogin): string {
  return encodeURIComponent(caFile).replaceAll("%2F", "/");
}
