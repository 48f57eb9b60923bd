import { copyCsvForm, copyTextForm, type CopyForm } from "../masker/copy-form.ts";
import { listOf, nodeOf, stringOf, textOf, untag } from "./tree.ts";

/** Options that leave the form as it is: which values of csv stand in quotes that need none. */
const without = new Set(["force_quote"]);

const known = new Set(["format", "delimiter", "null", "header", "quote", "escape", ...without]);

const isPrintable = (text: string): boolean => /^[\t\x20-\x7e]*$/.test(text);

/** How a `COPY … TO` writes its rows, by its options; undefined where they say something that the gateway cannot read, such as another encoding. */
export function copyFormOf(options: unknown): CopyForm | undefined {
  const named = new Map<string, unknown>();
  for (const option of listOf(options)) {
    const element = nodeOf("DefElem", option);
    const name = textOf(element?.["defname"]);
    if (element === undefined || name === undefined || !known.has(name) || named.has(name)) return undefined;
    named.set(name, element["arg"]);
  }
  const header = named.has("header") ? isOn(named.get("header")) : false;
  const texts = new Map<string, string>();
  for (const name of ["delimiter", "null", "quote", "escape"]) {
    if (!named.has(name)) continue;
    const text = stringOf(named.get(name));
    if (text === undefined || !isPrintable(text)) return undefined;
    texts.set(name, text);
  }
  if (header === undefined) return undefined;
  const { delimiter, null: nullText } = Object.fromEntries(texts);
  const given = {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(nullText === undefined ? {} : { nullText }),
    header,
  };
  switch (named.has("format") ? stringOf(named.get("format")) : "text") {
    case "text":
      return { ...copyTextForm, ...given };
    case "csv": {
      const quote = texts.get("quote") ?? copyCsvForm.quote;
      return { ...copyCsvForm, ...given, quote, escape: texts.get("escape") ?? quote };
    }
    case "binary":
      return { format: "binary" };
    case undefined:
    default:
      return undefined;
  }
}

/** A switch without a value is on; undefined where it is neither on nor off. */
function isOn(value: unknown): boolean | undefined {
  if (value === undefined) return true;
  const tagged = untag(value);
  if (tagged?.tag === "Boolean") return tagged.node["boolval"] === true;
  if (tagged?.tag === "Integer") return numberOf(tagged.node["ival"]);
  const word = stringOf(value)?.toLowerCase();
  if (word === "true" || word === "on") return true;
  return word === "false" || word === "off" ? false : undefined;
}

function numberOf(value: unknown): boolean | undefined {
  if (value === undefined || value === 0) return false;
  return value === 1 ? true : undefined;
}
