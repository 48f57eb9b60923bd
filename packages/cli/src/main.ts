import { Command } from "commander";
import { CommandFailure } from "./command-failure.ts";

const program = new Command("sallyport").description("One governed path into production databases");

program
  .command("demo")
  .description("start a gateway, an agent and a database with invented data on this machine")
  .option("--state <folder>", "where everything is kept", ".sallyport")
  .option("--fresh", "begin anew", false)
  .option("--with <databases>", "what to start beside PostgreSQL: mysql, mongo, or both separated by a comma", "")
  .option("--exit-with-parent", "end when standard input does", false)
  .action(async (options: { state: string; fresh: boolean; with: string; exitWithParent: boolean }) => {
    const { startDemo } = await import("./commands/demo-command.ts");
    await startDemo(options);
  });

program
  .command("gateway")
  .description("run a gateway")
  .requiredOption("--config <file>", "YAML file")
  .option("--local-agent [group]", "serve this agent group from the gateway itself")
  .option("--allow <address...>", "what the local agent may dial, such as db.internal:5432", [])
  .option("--exit-with-parent", "end when the process that started this one does", false)
  .action(async (options: { config: string; localAgent?: string | true; allow: string[]; exitWithParent: boolean }) => {
    const { runGateway } = await import("./commands/gateway-command.ts");
    const { localAgent = false } = options;
    await runGateway({ ...options, localAgent: localAgent === true ? "local" : localAgent });
  });

program
  .command("agent")
  .description("run an agent beside a database")
  .requiredOption("--config <file>", "YAML file")
  .option("--exit-with-parent", "end when the process that started this one does", false)
  .action(async (options: { config: string; exitWithParent: boolean }) => {
    const { runAgent } = await import("./commands/agent-command.ts");
    await runAgent(options);
  });

try {
  await program.parseAsync();
} catch (reason) {
  if (!(reason instanceof CommandFailure)) throw reason;
  console.error(`\n✗ ${reason.message}\n  What to do: ${reason.nextStep}`);
  process.exit(1);
}
