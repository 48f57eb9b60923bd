import type { Command } from "commander";
import type { ApplyOptions } from "../commands/apply-command.ts";
import { asksGateway, examples } from "./command-words.ts";

/** `apply`. */
export function defineApply(program: Command): void {
  examples(
    asksGateway(
      program.command("apply").description("make a folder of documents true, after showing what that changes"),
    )
      .requiredOption("-f, --file <folder>", "the folder")
      .option("--dry-run", "only show what would change", false)
      .option("--prune", "also delete what the gateway has and the folder has not", false)
      .option("-y, --yes", "do not ask", false)
      .action(async (options: ApplyOptions) => {
        const { applyFolder } = await import("../commands/apply-command.ts");
        await applyFolder(options);
      }),
    {
      "sallyport apply -f documents --dry-run": "what would change",
      "sallyport apply -f documents": "shows it, asks, and applies all of it or nothing",
      "sallyport apply -f documents --prune --yes": "in a pipeline that owns all documents",
    },
  );
}
