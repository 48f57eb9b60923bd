import type { Command } from "commander";
import type { GatewayOptions } from "../client/target.ts";
import type { SessionListOptions } from "../commands/sessions-command.ts";
import { asksGateway, examples, limit } from "./command-words.ts";

type Options = GatewayOptions & { json?: boolean };

/** `sessions`. */
export function defineSessions(program: Command): void {
  const sessions = program.command("sessions").description("who is connected, to what");
  examples(
    asksGateway(sessions.command("ls").description("list sessions, the newest first"))
      .option("--all", "those that have ended too", false)
      .option("--principal <name>", "of this principal")
      .option("--connection <name>", "on this connection")
      .option("--replica <id>", "on this replica of the gateway")
      .option("-q, --quiet", "print only what names each, one a line", false)
      .addOption(limit(100))
      .action(async (options: SessionListOptions) => {
        const { listSessions } = await import("../commands/sessions-command.ts");
        await listSessions(options);
      }),
    {
      "sallyport sessions ls": "who is connected now",
      "sallyport sessions ls --all --principal alice": "and who was",
    },
  );
  examples(
    asksGateway(sessions.command("show <session>").description("print all that is known of a session")).action(
      async (id: string, options: Options) => {
        const { showSession } = await import("../commands/sessions-command.ts");
        await showSession(id, options);
      },
    ),
    { "sallyport sessions show 4f1c…": "from where, through which agent, and how it ended" },
  );
  examples(
    asksGateway(sessions.command("tail <session>").description("print what happens in a session, as it happens"))
      .option("--no-follow", "only what has happened so far")
      .action(async (id: string, options: Options & { follow: boolean }) => {
        const { tailSession } = await import("../commands/sessions-command.ts");
        await tailSession(id, options);
      }),
    {
      "sallyport sessions tail 4f1c…": "each statement with its decision",
      "sallyport sessions tail 4f1c… --no-follow --json | jq": "the recording itself, one object a line",
    },
  );
  examples(
    asksGateway(
      sessions.command("kill <sessions...>").description("end sessions, on whatever replica they are"),
    ).action(async (ids: string[], options: Options) => {
      const { killSessions } = await import("../commands/sessions-command.ts");
      await killSessions(ids, options);
    }),
    {
      "sallyport sessions kill 4f1c…": "its client is told why",
      "sallyport sessions ls --principal bob -q | xargs sallyport sessions kill": "all of bob's",
    },
  );
}
