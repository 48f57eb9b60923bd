import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import { parseCount } from "../parse-duration.ts";
import { asksGateway, examples } from "./command-words.ts";

type Options = GatewayOptions & { json?: boolean };

/** `policies`. */
export function definePolicies(program: Command): void {
  const policies = program.command("policies").description("the policies that hold at the gateway");
  examples(
    asksGateway(policies.command("ls").description("list policies")).action(async (options: Options) => {
      const { listPolicies } = await import("../commands/policies-command.ts");
      await listPolicies(options);
    }),
    { "sallyport policies ls": "with who changed each last" },
  );
  examples(
    asksGateway(policies.command("show <name>").description("print one as its document is written"))
      .option("--version <number>", "as it was in an earlier version", parseCount)
      .action(async (name: string, options: Options & { version?: number }) => {
        const { showPolicy } = await import("../commands/policies-command.ts");
        await showPolicy(name, options);
      }),
    {
      "sallyport policies show engineers": "as it is now",
      "sallyport policies show engineers --version 17": "as it was",
    },
  );
  examples(
    asksGateway(policies.command("versions <name>").description("list who changed a policy when")).action(
      async (name: string, options: Options) => {
        const { listPolicyVersions } = await import("../commands/policies-command.ts");
        await listPolicyVersions(name, options);
      },
    ),
    { "sallyport policies versions engineers": "the newest first" },
  );
}
