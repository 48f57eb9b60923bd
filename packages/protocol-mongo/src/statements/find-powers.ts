import type { StatementObject } from "@sallyport/shared/statement";
import { elementType } from "../bson/element-type.ts";
import { elementsOf, find, type Element } from "../bson/elements.ts";
import { malformedBson, type RawDocument } from "../bson/raw-document.ts";
import { arrayOf, documentOf, mayBeTrue } from "../bson/read-value.ts";
import { nulTerminatedEnd, valueEnd } from "../bson/value-end.ts";
import { documentsOf } from "../messages/op-msg.ts";
import type { CommandParts } from "./command-rule.ts";
import { isCommonField } from "./envelope.ts";
import { namedInStage } from "./named-in-stage.ts";
import type { Powers } from "./powers.ts";
import { isKnownStage, serverStages } from "./pipeline-stages.ts";

/** A command may name so many collections; more are more than anybody reads. */
const MAX_OBJECTS = 1_000;
const LENGTH_BYTES = 4;
/** Stages and operators begin with it, and with the other the fields that hold pipelines. */
const DOLLAR = 0x24;
const SMALL_P = 0x70;
const codeOperators: ReadonlySet<string> = new Set(["$where", "$function", "$accumulator"]);

/** What a document or array is to what is around it. */
type Place = "anything" | "pipeline" | "stage" | "named-pipelines";

/** A document that is being walked. */
interface Open {
  readonly document: RawDocument;
  readonly place: Place;
  at: number;
}

/**
 * Looks at every field at every depth of what is not plain data. Names in values count too: refusing one of those is better
 * than missing a stage. Takes memory for as many levels as are open, however many documents there are.
 */
export function findPowers({ rule, body, sequences, database }: CommandParts): Powers {
  const finding = new Finding(database);
  let isFirst = true;
  for (const element of elementsOf(body)) {
    const isLookedAt = !isFirst && !isCommonField(element.name) && !rule.data.includes(element.name);
    isFirst = false;
    if (!isLookedAt) continue;
    finding.see(element, "anything");
    const inner = insideOf(element);
    if (inner !== undefined) walk(inner, placeOf(element.type, element.name, "anything"), finding);
  }
  for (const sequence of sequences) {
    if (rule.data.includes(sequence.identifier)) continue;
    for (const document of documentsOf(sequence, "protocol/malformed")) walk(document, "anything", finding);
  }
  return finding.powers;
}

/**
 * A command may hold a million fields, so only those are read that could mean something: of all others not even the name. The
 * document was checked, and no length in it lies.
 */
function walk(document: RawDocument, place: Place, finding: Finding): void {
  const { bytes } = document;
  const levels: Open[] = [{ document, place, at: document.start + LENGTH_BYTES }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const limit = level.document.end - 1;
    if (level.at >= limit) {
      levels.pop();
      continue;
    }
    const type = bytes[level.at] ?? 0;
    const nameStart = level.at + 1;
    const valueStart = nulTerminatedEnd(bytes, nameStart, limit);
    const end = valueEnd(bytes, type, valueStart, limit);
    if (valueStart === -1 || end === -1) throw malformedBson("a checked document is malformed", document.onFault);
    level.at = end;
    const mayMean = bytes[nameStart] === DOLLAR || bytes[nameStart] === SMALL_P;
    const name = mayMean ? bytes.toString("utf8", nameStart, valueStart - 1) : "";
    const element = { document: level.document, type, name, valueStart, valueEnd: end };
    finding.see(element, level.place);
    if (type !== elementType.document && type !== elementType.array) continue;
    const inner = { bytes, start: valueStart, end, onFault: document.onFault };
    levels.push({ document: inner, place: placeOf(type, name, level.place), at: valueStart + LENGTH_BYTES });
  }
}

function insideOf(element: Element): RawDocument | undefined {
  return arrayOf(element) ?? documentOf(element);
}

/** Pipelines are the arrays of this name, at any depth, and those that stages run side by side. */
function placeOf(type: number, name: string, outer: Place): Place {
  if (type === elementType.array) return name === "pipeline" || outer === "named-pipelines" ? "pipeline" : "anything";
  if (outer === "pipeline") return "stage";
  return name === "$facet" || name === "pipelines" ? "named-pipelines" : "anything";
}

/** Gathers what a walk comes across. */
class Finding {
  readonly #database: string;
  readonly #objects = new Map<string, StatementObject>();
  #writes = false;
  #replaces = false;
  #runsCode = false;
  #showsServer = false;
  #unread: string | undefined;

  constructor(database: string) {
    this.#database = database;
  }

  get powers(): Powers {
    return {
      writes: this.#writes,
      replaces: this.#replaces,
      runsCode: this.#runsCode,
      showsServer: this.#showsServer,
      objects: [...this.#objects.values()],
      unread: this.#unread,
    };
  }

  see(element: Element, place: Place): void {
    const { name, type } = element;
    if (type === elementType.code || type === elementType.codeWithScope) this.#runsCode = true;
    if (!name.startsWith("$")) return;
    if (name === "$out" || name === "$merge") this.#writes = true;
    if (name === "$out") this.#replaces = true;
    if (codeOperators.has(name)) this.#runsCode = true;
    if (serverStages.has(name) || watchesAll(element)) this.#showsServer = true;
    if (name.startsWith("$_") || (place === "stage" && !isKnownStage(name))) this.#unread ??= name;
    const object = namedInStage(element, this.#database);
    if (object === "unread") this.#unread ??= name;
    else if (object !== undefined) this.#add(object, name);
  }

  #add(object: StatementObject, stage: string): void {
    this.#objects.set(JSON.stringify([object.database, object.name]), object);
    if (this.#objects.size > MAX_OBJECTS) this.#unread ??= stage;
  }
}

/** A change stream is on one collection or database, unless it asks for more. */
function watchesAll(element: Element): boolean {
  const details = element.name === "$changeStream" ? documentOf(element) : undefined;
  return details !== undefined && mayBeTrue(find(details, "allChangesForCluster"));
}
