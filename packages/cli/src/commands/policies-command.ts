import { documentVersionPage, storedDocument, storedDocumentPage } from "@sallyport/gateway/api/contract/document";
import { openClient, pathOf } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { CommandFailure } from "../command-failure.ts";
import { documentText } from "../output/document-text.ts";
import { stamp } from "../output/moments.ts";
import { print } from "../output/print.ts";
import { table } from "../output/table.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** Prints the policies that hold. */
export async function listPolicies(options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list("/v1/policies", storedDocumentPage);
  print(options, items, () =>
    table(
      ["NAME", "RULES", "MASKS", "VERSION", "CHANGED", "BY"],
      items.map(({ name, document, revision, changedAt, author }) => [
        name,
        count(document["rules"]),
        count(document["masks"]),
        String(revision),
        stamp(changedAt),
        author,
      ]),
    ),
  );
}

/** Prints one policy as its document is written, as it is now or was in an earlier version. */
export async function showPolicy(name: string, options: Options & { readonly version?: number }): Promise<void> {
  const client = await openClient(options);
  const { version } = options;
  if (version === undefined) {
    const found = await client.get(pathOf`/v1/policies/${name}`, storedDocument);
    print(options, found, () => documentText("policy", found.document));
    return;
  }
  const { items } = await client.list(pathOf`/v1/policies/${name}/versions`, documentVersionPage);
  const found = items.find(({ revision }) => revision === version);
  if (found === undefined)
    throw new CommandFailure(
      `The policy "${name}" has no version ${version}.`,
      `sallyport policies versions ${name} lists them.`,
    );
  print(options, found, () =>
    found.document === undefined ? "It was deleted in this version." : documentText("policy", found.document),
  );
}

/** Prints who changed a policy when. */
export async function listPolicyVersions(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list(pathOf`/v1/policies/${name}/versions`, documentVersionPage);
  print(options, items, () =>
    table(
      ["VERSION", "AT", "BY", "WHAT"],
      items.map(({ revision, at, author, document }, index) => {
        const first = index === items.length - 1;
        const what = document === undefined ? "deleted" : first ? "created" : "changed";
        return [String(revision), stamp(at), author, what];
      }),
    ),
  );
}

function count(list: unknown): string {
  return Array.isArray(list) ? String(list.length) : "0";
}
