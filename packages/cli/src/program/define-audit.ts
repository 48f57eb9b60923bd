import type { Command } from "commander";
import type { AuditListOptions } from "../commands/audit-command.ts";
import { asksGateway, examples, limit, moment } from "./command-words.ts";

/** `audit`. */
export function defineAudit(program: Command): void {
  const audit = program.command("audit").description("who changed what");
  examples(
    asksGateway(audit.command("ls").description("list administrative changes, the newest first"))
      .option("--actor <name>", "by this principal")
      .option("--action <action>", "such as created, changed, deleted or revoked")
      .option("--kind <kind>", "of this kind, such as policy, ticket or agent")
      .option("--name <name>", "to what has this name")
      .option("--from <time>", "from then on", moment)
      .option("--to <time>", "until then", moment)
      .addOption(limit(50))
      .action(async (options: AuditListOptions) => {
        const { listAudit } = await import("../commands/audit-command.ts");
        await listAudit(options);
      }),
    {
      "sallyport audit ls --kind policy --from 2027-01-01": "what became of the policies this year",
      "sallyport audit ls --actor alice --json": "with what was before and after",
    },
  );
}
