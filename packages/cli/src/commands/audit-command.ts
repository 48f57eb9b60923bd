import { auditPage } from "@sallyport/gateway/api/contract/audit";
import { openClient } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { stamp } from "../output/moments.ts";
import { note, print } from "../output/print.ts";
import { table } from "../output/table.ts";

/** The options of `sallyport audit ls`. */
export interface AuditListOptions extends GatewayOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** Prints who changed what, the newest first. */
export async function listAudit(options: AuditListOptions): Promise<void> {
  const client = await openClient(options);
  const { actor, action, kind, name, from, to, limit } = options;
  const query = { actor, action, kind, name, from, to };
  const { items, more } = await client.list("/v1/audit", auditPage, query, limit);
  print(options, items, () =>
    table(
      ["AT", "WHO", "FROM", "DID", "KIND", "NAME"],
      items.map(({ at, actor: who, action: did, kind: what, name: which }) => [
        stamp(at),
        who.name,
        who.address ?? "",
        did,
        what,
        which,
      ]),
    ),
  );
  if (more && options.json !== true)
    note(`There are more than ${limit}: --limit shows them, --json what was before and after.`);
}
