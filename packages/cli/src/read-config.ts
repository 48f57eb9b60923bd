import { readFile } from "node:fs/promises";
import { parseDocuments } from "@sallyport/gateway/store/parse-documents";
import { CommandFailure } from "./command-failure.ts";

/** What a schema of a configuration can do. */
export interface ConfigSchema<Config> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Config }
    | { readonly success: false; readonly error: { readonly issues: readonly ConfigIssue[] } };
}

interface ConfigIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Reads a YAML configuration, or says what is wrong with it and where. */
export async function readConfig<Config>(file: string, schema: ConfigSchema<Config>): Promise<Config> {
  const nextStep = `Correct ${file}.`;
  const text = await readFile(file, "utf8").catch((reason: unknown) => {
    throw new CommandFailure(
      `The configuration cannot be read: ${reason instanceof Error ? reason.message : String(reason)}.`,
      "Name another file with --config.",
      reason,
    );
  });
  const checked = schema.safeParse(parseYaml(text, file));
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map(
    ({ path, message }) => `  ${path.length === 0 ? "" : `${path.map(String).join(".")}: `}${message}`,
  );
  throw new CommandFailure(["The configuration is not valid:", ...problems].join("\n"), nextStep);
}

/** The file's one document; nothing of it is quoted, as an operator may have written a secret into it. */
function parseYaml(text: string, file: string): unknown {
  const { documents, problems } = parseDocuments(text);
  const [document, another] = documents;
  const faults = problems.map(({ line, sentence }) => `  ${file}:${line}: ${sentence}`);
  if (another !== undefined) faults.push(`  ${file}:${another.lineOf([])}: begins a second document.`);
  if (faults.length === 0) return document?.value;
  throw new CommandFailure(["The configuration is not valid:", ...faults].join("\n"), `Correct ${file}.`);
}
