import type { Command } from "commander";
import { CommandFailure } from "../command-failure.ts";
import type { ExplainNowOptions } from "../commands/explain-command.ts";
import type { ExplainOptions } from "../commands/policy-command.ts";
import { exitCodes } from "../exit-codes.ts";
import { asksGateway, collect, examples } from "./command-words.ts";

/** `policy explain`: by the policies of a folder and a database that is at hand, or by those that the gateway has. */
export function defineExplain(policy: Command): void {
  examples(
    asksGateway(
      policy
        .command("explain <words...>")
        .usage("[options] [folder] <sql>")
        .description(
          "say all that the decision of a statement rests on: at the gateway now, or by a folder with --database",
        ),
    )
      .requiredOption("--principal <name>", "who asks")
      .requiredOption("--connection <name>", "on which connection")
      .option("--database <url>", "whose objects the statement is about, for the policies of a folder")
      .option("--kind <kind>", "human, service or ai-agent", "human")
      .option("--group <group>", "a group of the principal; may be given again", collect, [])
      .option("--claims <json>", "claims of the principal's token", "{}")
      .action(async (words: string[], options: ExplainNowOptions & { database?: string }) => {
        const { database } = options;
        const [folderOrSql = "", sql, ...more] = words;
        if (more.length > 0) throw tooMany();
        if (database === undefined) {
          if (sql !== undefined) throw folderAlone();
          const { explainNow } = await import("../commands/explain-command.ts");
          await explainNow(folderOrSql, options);
        } else {
          if (sql === undefined) throw databaseAlone();
          const { explainText } = await import("../commands/policy-command.ts");
          const offline: ExplainOptions = { ...options, database };
          await explainText(folderOrSql, sql, offline);
        }
      }),
    {
      'sallyport policy explain --principal bob --group engineers --connection shop "select * from orders"':
        "what the gateway would say now",
      'sallyport policy explain documents --database "$URL" --principal bob --connection shop "select 1"':
        "what it would say with the documents of a folder",
    },
  );
}

function tooMany(): CommandFailure {
  return usage("The statement must be one word for the shell.", "Put it in quotes.");
}

function folderAlone(): CommandFailure {
  return usage(
    "A folder of documents is explained with a database at hand.",
    "Add --database URL, or leave the folder out to ask the gateway.",
  );
}

function databaseAlone(): CommandFailure {
  return usage(
    "With --database the documents come from a folder.",
    'sallyport policy explain FOLDER "STATEMENT" --database URL …',
  );
}

function usage(message: string, nextStep: string): CommandFailure {
  return new CommandFailure(message, nextStep, undefined, exitCodes.usage);
}
