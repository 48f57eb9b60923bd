import { Argument, type Command } from "commander";
import type { Shell } from "../commands/completion-command.ts";
import type { DoctorOptions } from "../commands/doctor-command.ts";
import { asksGateway, examples } from "./command-words.ts";

/** `doctor` and `completion`. */
export function defineHelp(program: Command): void {
  examples(
    asksGateway(
      program.command("doctor [connection]").description("find out why something does not work, step by step"),
    )
      .option("--host <name>", "where clients reach the gateway; left out: the host that the API was asked at")
      .option("--as <principal>", "try it as somebody else; only for administrators")
      .action(async (connection: string | undefined, options: DoctorOptions) => {
        const { runDoctor } = await import("../commands/doctor-command.ts");
        await runDoctor(connection, options);
      }),
    {
      "sallyport doctor": "from this host's settings to the roles that you have",
      "sallyport doctor shop": "and on to a query through the tunnel",
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
