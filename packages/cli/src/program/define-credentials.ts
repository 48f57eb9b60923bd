import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import type { SetCredentialOptions } from "../commands/credentials-command.ts";
import { asksGateway, examples } from "./command-words.ts";

type Options = GatewayOptions & { json?: boolean };

/** `credentials`. */
export function defineCredentials(program: Command): void {
  const credentials = program
    .command("credentials")
    .description("the databases' passwords that the gateway keeps sealed");
  examples(
    asksGateway(credentials.command("ls").description("list credentials; what is secret of them nobody reads")).action(
      async (options: Options) => {
        const { listCredentials } = await import("../commands/credentials-command.ts");
        await listCredentials(options);
      },
    ),
    { "sallyport credentials ls": "with the key that each is sealed under" },
  );
  examples(
    asksGateway(
      credentials
        .command("set <name>")
        .description("seal a secret, from standard input or a file, in place of what was there"),
    )
      .option("--connection <name>", "the one connection it may be used for; left out: any")
      .option("--file <file>", "where the secret is; left out: standard input")
      .action(async (name: string, options: SetCredentialOptions) => {
        const { setCredential } = await import("../commands/credentials-command.ts");
        await setCredential(name, options);
      }),
    {
      "sallyport credentials set shop-db --connection shop": "type it, unseen",
      "vault read -field=password db/shop | sallyport credentials set shop-db": "from another program",
    },
  );
  examples(
    asksGateway(credentials.command("rm <name>").description("have the gateway forget a secret")).action(
      async (name: string, options: Options) => {
        const { removeCredential } = await import("../commands/credentials-command.ts");
        await removeCredential(name, options);
      },
    ),
    { "sallyport credentials rm shop-db": "connections that name it can no longer be opened" },
  );
}
