import { done } from "@sallyport/gateway/api/contract/done";
import { principalPage } from "@sallyport/gateway/api/contract/principal";
import { openClient, pathOf } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { distance, stamp } from "../output/moments.ts";
import { note, print } from "../output/print.ts";
import { table } from "../output/table.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** The options of `sallyport principals ls`. */
export interface PrincipalListOptions extends Options {
  readonly kind?: string;
  readonly revoked?: boolean;
  readonly limit: number;
}

/** Prints who was seen, and who is no longer let in. */
export async function listPrincipals(options: PrincipalListOptions): Promise<void> {
  const client = await openClient(options);
  const { kind, revoked, limit } = options;
  const { items, more } = await client.list("/v1/principals", principalPage, { kind, revoked }, limit);
  const now = Date.now();
  print(options, items, () =>
    table(
      ["NAME", "KIND", "GROUPS", "LAST SEEN", "REVOKED"],
      items.map(({ name, kind, groups, lastSeen, revokedAt, revokedBy }) => [
        name,
        kind,
        groups.join(", "),
        distance(lastSeen, now),
        revokedAt === undefined ? "" : `${stamp(revokedAt)} by ${revokedBy ?? "?"}`,
      ]),
    ),
  );
  if (more && options.json !== true) note(`There are more than ${limit}: --limit shows them.`);
}

/** Keeps a principal out from now on; its sessions end. */
export async function revokePrincipal(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  await client.send("PUT", pathOf`/v1/principals/${name}/revoked`, undefined, done);
  print(options, { revoked: name }, () => `${name} is no longer let in; its sessions end.`);
}

/** Lets a principal in again. */
export async function restorePrincipal(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  await client.send("DELETE", pathOf`/v1/principals/${name}/revoked`, undefined, done);
  print(options, { restored: name }, () => `${name} is let in again.`);
}
