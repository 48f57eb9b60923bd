import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import type { PrincipalListOptions } from "../commands/principals-command.ts";
import { asksGateway, examples, limit } from "./command-words.ts";

type Options = GatewayOptions & { json?: boolean };

/** `principals`. */
export function definePrincipals(program: Command): void {
  const principals = program.command("principals").description("who was seen, and who is no longer let in");
  examples(
    asksGateway(principals.command("ls").description("list principals by name"))
      .option("--kind <kind>", "only human, service or ai-agent")
      .option("--revoked", "only those who are no longer let in")
      .addOption(limit(1000))
      .action(async (options: PrincipalListOptions) => {
        const { listPrincipals } = await import("../commands/principals-command.ts");
        await listPrincipals(options);
      }),
    { "sallyport principals ls": "everybody", "sallyport principals ls --kind ai-agent": "the AI agents" },
  );
  examples(
    asksGateway(
      principals.command("revoke <name>").description("keep a principal out from now on; its sessions end"),
    ).action(async (name: string, options: Options) => {
      const { revokePrincipal } = await import("../commands/principals-command.ts");
      await revokePrincipal(name, options);
    }),
    { "sallyport principals revoke mallory": "whatever tokens and tickets there are" },
  );
  examples(
    asksGateway(principals.command("restore <name>").description("let a principal in again")).action(
      async (name: string, options: Options) => {
        const { restorePrincipal } = await import("../commands/principals-command.ts");
        await restorePrincipal(name, options);
      },
    ),
    { "sallyport principals restore mallory": "as if nothing had been" },
  );
}
