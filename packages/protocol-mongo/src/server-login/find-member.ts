import { GatewayError } from "@sallyport/shared/errors";
import { fits } from "./mongo-options.ts";
import type { Role, ServerHello } from "./server-hello.ts";

/** Where a member is dialled; undefined: at the address that the connection names. */
export type MemberAddress = { readonly host: string; readonly port: number } | undefined;

/** What a visit to a member came to. */
export type Visit<T> =
  | { readonly kind: "stayed"; readonly result: T }
  | { readonly kind: "left"; readonly hello: ServerHello }
  | { readonly kind: "lost"; readonly error: GatewayError };

/** Dials a member, asks what it is, and goes on there where `stay` says so. A failure after that rejects. */
export type VisitMember<T> = (address: MemberAddress, stay: (hello: ServerHello) => boolean) => Promise<Visit<T>>;

const SEED = "";
const MAX_VISITS = 20;

/**
 * Finds a member of the roles that are looked for, round by round, beginning at the address that the connection names and
 * following what members say of others. A member that cannot be reached, or is of another set, is passed over. Throws
 * `server/unreachable` where none is left.
 */
export async function findMember<T>(rounds: readonly (readonly Role[])[], visit: VisitMember<T>): Promise<T> {
  const known = new Map<string, Role | "unknown" | "lost">([[SEED, "unknown"]]);
  const failures: string[] = [];
  let setName: string | undefined;
  let visits = 0;
  for (const wanted of rounds) {
    for (let next = nextOf(known, wanted); next !== undefined; next = nextOf(known, wanted)) {
      if (++visits > MAX_VISITS) break;
      const isOurs = (hello: ServerHello): boolean => next === SEED || hello.setName === setName;
      const visited = await visit(addressOf(next), (hello) => isOurs(hello) && fits(hello, wanted));
      if (visited.kind === "stayed") return visited.result;
      if (visited.kind === "lost") {
        if (next === SEED && visits === 1) throw visited.error;
        failures.push(visited.error.message);
        known.set(next, "lost");
        continue;
      }
      const { hello } = visited;
      if (next === SEED) setName = hello.setName;
      known.set(next, isOurs(hello) ? hello.role : "lost");
      // the same one by another name
      if (next === SEED && hello.me !== undefined) known.set(hello.me, "lost");
      if (isOurs(hello)) learn(known, hello.members);
    }
  }
  throw new GatewayError(
    "server/unreachable",
    `no member of the set fits: ${[...known.keys()].join(" ")} ${failures.join("; ")}`,
    {
      detail: `No ${rounds.flat().join(" or ")} of the replica set could be reached.`,
    },
  );
}

/** The next to visit: one whose role fits, or is not known yet. */
function nextOf(known: ReadonlyMap<string, string>, wanted: readonly string[]): string | undefined {
  for (const [member, role] of known) {
    if (role === "unknown" || wanted.includes(role)) return member;
  }
  return undefined;
}

function learn(known: Map<string, string>, members: readonly string[]): void {
  for (const member of members) {
    if (!known.has(member) && addressOf(member) !== undefined) known.set(member, "unknown");
  }
}

/** Reads `host:port`, with brackets around an IPv6 address; undefined where it is neither. */
function addressOf(member: string): MemberAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]{1,255})):(\d{1,5})$/.exec(member) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  return host === undefined || !(number >= 1 && number <= 65_535) ? undefined : { host, port: number };
}
