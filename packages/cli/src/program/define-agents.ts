import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import { asksGateway, examples, lifetime } from "./command-words.ts";

type Options = GatewayOptions & { json?: boolean };

/** `agents`. */
export function defineAgents(program: Command): void {
  const agents = program.command("agents").description("the agents beside the databases");
  examples(
    asksGateway(agents.command("ls").description("list agents, and whether they are online"))
      .option("--groups", "the agent groups instead, with what they serve", false)
      .action(async (options: Options & { groups: boolean }) => {
        const { listAgentGroups, listAgents } = await import("../commands/agents-command.ts");
        await (options.groups ? listAgentGroups(options) : listAgents(options));
      }),
    { "sallyport agents ls": "all agents", "sallyport agents ls --groups": "which connections have an agent online" },
  );
  examples(
    asksGateway(agents.command("show <name>").description("print all that is known of an agent")).action(
      async (name: string, options: Options) => {
        const { showAgent } = await import("../commands/agents-command.ts");
        await showAgent(name, options);
      },
    ),
    { "sallyport agents show vpc-1-3f2a": "its certificate, its tunnels and the health of its databases" },
  );
  examples(
    asksGateway(agents.command("enroll").description("make a one-time token by which one agent comes in"))
      .requiredOption("--group <group>", "the group that the agent will be in")
      .addOption(lifetime("1h"))
      .action(async (options: Options & { group: string; lifetime: number }) => {
        const { enrollAgent } = await import("../commands/agents-command.ts");
        await enrollAgent(options);
      }),
    {
      "sallyport agents enroll --group vpc-1": "print the token",
      "sallyport agents enroll --group vpc-1 --lifetime 10m > agent.token": "only the token goes into the file",
    },
  );
  examples(
    asksGateway(agents.command("revoke <name>").description("end an agent's tunnels and keep it out")).action(
      async (name: string, options: Options) => {
        const { revokeAgent } = await import("../commands/agents-command.ts");
        await revokeAgent(name, options);
      },
    ),
    { "sallyport agents revoke vpc-1-3f2a": "within two seconds its sessions have ended" },
  );
}
