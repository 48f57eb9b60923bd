import { me } from "@sallyport/gateway/api/contract/me";
import { openClient } from "../client/api-client.ts";
import { describeTarget, type GatewayOptions } from "../client/target.ts";
import { stamp } from "../output/moments.ts";
import { print } from "../output/print.ts";
import { fields } from "../output/table.ts";

/** Prints who the gateway takes this user for. */
export async function whoAmI(options: GatewayOptions & { readonly json?: boolean }): Promise<void> {
  const client = await openClient(options);
  const who = await client.get("/v1/me", me);
  print(options, { gateway: describeTarget(client.target), ...who }, () =>
    fields({
      name: who.name,
      kind: who.kind,
      "on behalf of": who.onBehalfOf,
      groups: who.groups.join(", "),
      roles: who.roles.length === 0 ? "none" : who.roles.join(", "),
      gateway: describeTarget(client.target),
      "identity provider": who.identityProvider,
      "token until": stamp(who.expires),
    }),
  );
}
