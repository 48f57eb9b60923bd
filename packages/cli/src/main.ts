import { Command } from "commander";
import type { AgentCommandOptions } from "./commands/agent-command.ts";
import type { GatewayCommandOptions } from "./commands/gateway-command.ts";
import { endWith } from "./end-with.ts";
import { exitCodes } from "./exit-codes.ts";
import { defineAll } from "./program/define-all.ts";
import { defineExplain } from "./program/define-explain.ts";
import { parseWorkers } from "./workers/parse-workers.ts";

/** As the command line has them. */
interface GatewayOptionsAsTyped extends Omit<GatewayCommandOptions, "localAgent"> {
  readonly localAgent?: string | true;
}

const program = new Command("sallyport")
  .description("One governed path into production databases")
  .exitOverride()
  .showHelpAfterError("What to do: see --help.");

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
  .option("--workers <count>", "processes that share the ports, for a machine with several cores", parseWorkers, 1)
  .option("--exit-with-parent", "end when the process that started this one does", false)
  .action(async (options: GatewayOptionsAsTyped) => {
    const { runGateway } = await import("./commands/gateway-command.ts");
    const { localAgent = false } = options;
    await runGateway({ ...options, localAgent: localAgent === true ? "local" : localAgent });
  });

program
  .command("agent")
  .description("run an agent beside a database")
  .option("--config <file>", "YAML file")
  .option("--allow <address...>", "what the agent may dial, such as db.internal:5432", [])
  .option("--token <token>", "one-time enrolment token, needed once; SALLYPORT_AGENT_TOKEN is the same")
  .option("--token-file <file>", "where the token is, if it is still needed")
  .option("--state <folder>", "where the agent keeps its key and certificate (default: .sallyport-agent)")
  .option("--ready-file <file>", "a file that is there from when the gateway has answered until the agent is stopped")
  .option("--exit-with-parent", "end when the process that started this one does", false)
  .action(async (options: AgentCommandOptions) => {
    const { runAgent } = await import("./commands/agent-command.ts");
    await runAgent(options);
  });

const policy = program.command("policy").description("try policies before they count");

policy
  .command("lint <folder>")
  .description("find what in a folder's policies does nothing")
  .option("--catalog <file>", "the names of a database, as `policy catalog` prints them")
  .action(async (folder: string, options: { catalog?: string }) => {
    const { lintFolder } = await import("./commands/policy-command.ts");
    await lintFolder(folder, options);
  });

policy
  .command("catalog")
  .description("print the names of a database's objects")
  .requiredOption("--database <url>", "postgres://user@host:5432/database; the password is taken from PGPASSWORD")
  .action(async (options: { database: string }) => {
    const { printCatalog } = await import("./commands/policy-command.ts");
    await printCatalog(options);
  });

policy
  .command("test <folder>")
  .description("run the cases beside a folder's policies; no statement of them is run")
  .requiredOption("--database <url>", "whose objects the statements are about")
  .action(async (folder: string, options: { database: string }) => {
    const { testFolder } = await import("./commands/policy-command.ts");
    await testFolder(folder, options);
  });

defineExplain(policy);
defineAll(program);

// whoever reads only the beginning, as head does, has had enough
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  throw error;
});

try {
  await program.parseAsync();
} catch (reason) {
  endWith(reason);
}
