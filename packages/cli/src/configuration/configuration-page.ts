import { agentConfig } from "@sallyport/agent/config";
import { gatewayConfig } from "@sallyport/gateway/config";

type Schema = Exclude<ReturnType<typeof gatewayConfig.toJSONSchema>["not"], boolean | undefined>;

/** One key that can be given, by its path from the top; lists are `[]` on the way. */
export interface ConfigurationKey {
  readonly path: string;
  readonly type: string;
  /** JSON; undefined: none, and `isRequired` tells whether it must be given. */
  readonly fallback: string | undefined;
  readonly isRequired: boolean;
  readonly description: string | undefined;
}

/** The keys of a schema in its own order, with those of parts behind the part. */
export function configurationKeys(schema: typeof gatewayConfig | typeof agentConfig): readonly ConfigurationKey[] {
  return keysOf(schema.toJSONSchema({ io: "input" }), "");
}

/** docs/configuration.md, as the schemas of gateway and agent have it. */
export function configurationPage(): string {
  return [
    "# Configuration",
    "",
    "Every key of the two configuration files, as the schemas have them that read these files. An unknown key is an error. Paths are meant from the folder of the",
    "configuration file, also those of `file:` references. What a gateway is told to *do* is not in its configuration but in [documents](documents.md).",
    "",
    "## Gateway",
    "",
    "`sallyport gateway --config gateway.yaml`; [gateway.md](gateway.md) explains it with an example.",
    "",
    ...table(configurationKeys(gatewayConfig)),
    "",
    "## Agent",
    "",
    "`sallyport agent --config agent.yaml`; [agents.md](agents.md) explains it. `gateway`, `caFile`, `certificateFile` and `keyFile` belong together: all four for a certificate of",
    "your own, none for an agent that enrols.",
    "",
    ...table(configurationKeys(agentConfig)),
    "",
  ].join("\n");
}

function table(keys: readonly ConfigurationKey[]): readonly string[] {
  const rows = keys.map(({ path, type, fallback, isRequired, description = "" }) => {
    const otherwise = fallback === undefined ? (isRequired ? "required" : "") : `\`${fallback}\``;
    return `| ${[`\`${path}\``, type, otherwise, description].map(cell).join(" | ")} |`;
  });
  return ["| key | value | default | meaning |", "|---|---|---|---|", ...rows];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function keysOf(schema: Schema, above: string): readonly ConfigurationKey[] {
  const listed = listOf(schema);
  if (listed !== undefined) return keysOf(listed, `${above}[]`);
  const choices = choicesOf(schema);
  if (choices.length > 0) return sameKeysOnce(choices.flatMap((choice) => keysOf(choice, above)));
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    if (typeof inner === "boolean") return [];
    const path = above === "" ? name : `${above}.${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    return [{ path, isRequired, ...aboutValue(inner) }, ...keysOf(inner, path)];
  });
}

/** The schema of a list's items, where those have keys of their own. */
function listOf({ items }: Schema): Schema | undefined {
  if (items === undefined || typeof items === "boolean" || Array.isArray(items)) return undefined;
  return items;
}

function choicesOf({ anyOf, oneOf }: Schema): readonly Schema[] {
  return [...(anyOf ?? []), ...(oneOf ?? [])].filter((choice) => typeof choice !== "boolean");
}

/** A key that several choices have with the same meaning is one key; its value is then any of theirs. */
function sameKeysOnce(keys: readonly ConfigurationKey[]): readonly ConfigurationKey[] {
  const seen = new Set<string>();
  return keys.filter((key) => {
    const text = JSON.stringify(key);
    return !seen.has(text) && seen.add(text);
  });
}

function aboutValue(schema: Schema): Pick<ConfigurationKey, "type" | "fallback" | "description"> {
  const isPart = schema.properties !== undefined;
  const fallback = schema.default === undefined || isPart ? undefined : JSON.stringify(schema.default);
  return { type: typeOf(schema), fallback, description: schema.description };
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(", ");
  if (schema.type === "array") return `list of ${itemsOf(schema)}`;
  if (schema.type === "integer" || schema.type === "number") return `${schema.type}${rangeOf(schema)}`;
  if (schema.type === "string") return schema.format === "uri" ? "URL" : "text";
  return "keys below";
}

function itemsOf(schema: Schema): string {
  const items = listOf(schema);
  if (items === undefined) return "values";
  const type = typeOf(items);
  return type === "keys below" ? "parts, with the keys below" : type;
}

/** As far as it was meant: the largest integer that there is was not. */
function rangeOf({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const from =
    minimum === undefined ? (exclusiveMinimum === undefined ? "" : `above ${exclusiveMinimum}`) : `from ${minimum}`;
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? "" : `to ${maximum}`;
  const range = [from, to].filter((part) => part !== "").join(" ");
  return range === "" ? "" : `, ${range}`;
}
