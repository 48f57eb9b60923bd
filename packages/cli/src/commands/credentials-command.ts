import { credential, credentialPage } from "@sallyport/gateway/api/contract/credential";
import { done } from "@sallyport/gateway/api/contract/done";
import { openClient, pathOf } from "../client/api-client.ts";
import type { GatewayOptions } from "../client/target.ts";
import { stamp } from "../output/moments.ts";
import { print } from "../output/print.ts";
import { table } from "../output/table.ts";
import { readSecret } from "../read-secret.ts";

type Options = GatewayOptions & { readonly json?: boolean };

/** Prints the credentials that the gateway keeps, without what is secret of them. */
export async function listCredentials(options: Options): Promise<void> {
  const client = await openClient(options);
  const { items } = await client.list("/v1/credentials", credentialPage);
  print(options, items, () =>
    table(
      ["NAME", "CONNECTION", "KEY", "SET", "BY"],
      items.map(({ name, connection, keyId, createdAt, createdBy }) => [
        name,
        connection ?? "any",
        keyId,
        stamp(createdAt),
        createdBy,
      ]),
    ),
  );
}

/** The options of `sallyport credentials set`. */
export interface SetCredentialOptions extends Options {
  readonly connection?: string;
  readonly file?: string;
}

/** Has the gateway seal a secret, which comes from a file, a pipe or what is typed unseen; never from the command line. */
export async function setCredential(name: string, options: SetCredentialOptions): Promise<void> {
  const client = await openClient(options);
  const secret = await readSecret(options.file, `The secret for ${name}: `);
  const { connection } = options;
  const body = { secret, ...(connection === undefined ? {} : { connection }) };
  const set = await client.send("PUT", pathOf`/v1/credentials/${name}`, body, credential);
  print(options, set, () => `The credential ${name} is sealed; a connection names it as sealed:${name}.`);
}

/** Has the gateway forget a secret. */
export async function removeCredential(name: string, options: Options): Promise<void> {
  const client = await openClient(options);
  await client.send("DELETE", pathOf`/v1/credentials/${name}`, undefined, done);
  print(options, { removed: name }, () => `The credential ${name} is gone.`);
}
