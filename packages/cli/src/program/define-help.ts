import { Argument, Option, type Command } from "commander";
import type { Shell } from "../commands/completion-command.ts";
import type { DoctorOptions } from "../commands/doctor-command.ts";
import { parseDuration } from "../parse-duration.ts";
import { asksGateway, collect, examples } from "./command-words.ts";

/** `doctor` and `completion`. */
export function defineHelp(program: Command): void {
  examples(
    asksGateway(
      program.command("doctor [connection]").description("find out why something does not work, step by step"),
    )
      .option("--host <name>", "where clients reach the gateway; left out: the host that the API was asked at")
      .option("--as <principal>", "try it as somebody else; only for administrators")
      .option("--kind <kind>", "what that principal is: human, service or ai-agent; left out: as last seen")
      .option("--group <group>", "a group of that principal; may be given again; left out: as last seen", collect)
      .addOption(new Option("--wait <time>", "look again until all is well, for so long").argParser(parseDuration))
      .action(async (connection: string | undefined, options: DoctorOptions) => {
        const { runDoctor } = await import("../commands/doctor-command.ts");
        await runDoctor(connection, options);
      }),
    {
      "sallyport doctor": "from this host's settings to the roles that you have",
      "sallyport doctor shop": "and on to a query through the tunnel",
      "sallyport doctor shop --wait 1m": "in a script, after everything was started",
    },
  );
  examples(
    program
      .command("completion")
      .description("print what a shell needs to complete commands")
      .addArgument(new Argument("<shell>", "which one").choices(["bash", "zsh", "fish"]))
      .action(async (shell: Shell) => {
        const { printCompletion } = await import("../commands/completion-command.ts");
        printCompletion(program, shell);
      }),
    {
      'eval "$(sallyport completion bash)"': "in ~/.bashrc",
      'eval "$(sallyport completion zsh)"': "in ~/.zshrc",
      "sallyport completion fish | source": "in ~/.config/fish/config.fish",
    },
  );
}
