import type { StatementObject } from "@sallyport/shared/statement";
import { elementType } from "../bson/element-type.ts";
import { elementsOf, find, type Element } from "../bson/elements.ts";
import { arrayOf, documentOf, mayBeTrue } from "../bson/read-value.ts";
import { documentsOf, type DocumentSequence } from "../messages/op-msg.ts";
import type { CommandParts } from "./command-rule.ts";
import { isCommonField } from "./envelope.ts";
import { namedInStage } from "./named-in-stage.ts";
import { isKnownStage, serverStages } from "./pipeline-stages.ts";

/** What stages and operators can do that the command's own name does not say. */
export interface Powers {
  /** `$out`, `$merge`: a read that writes. */
  readonly writes: boolean;
  /** `$out` puts a new collection in the place of an old one. */
  readonly replaces: boolean;
  /** JavaScript on the server. */
  readonly runsCode: boolean;
  /** Shows what others do, or how the server is. */
  readonly showsServer: boolean;
  /** Collections that are named within, each once. */
  readonly objects: readonly StatementObject[];
  /** A stage, or an operator of the servers' own, of which nobody knows what it can do. */
  readonly unread: string | undefined;
}

/** A command may name so many collections; more are more than anybody reads. */
const MAX_OBJECTS = 1_000;
const codeOperators: ReadonlySet<string> = new Set(["$where", "$function", "$accumulator"]);

/** What a document or array is to what is around it. */
type Place = "anything" | "pipeline" | "stage" | "named-pipelines";

/** A document that is being walked. */
interface Open {
  readonly place: Place;
  readonly elements: Iterator<Element, void, undefined>;
}

/**
 * Looks at every field at every depth of what is not plain data. Names in values count too: refusing one of those is better
 * than missing a stage. Takes memory for as many levels as are open, however many documents there are.
 */
export function findPowers({ rule, body, sequences, database }: CommandParts): Powers {
  const finding = new Finding(database);
  let isFirst = true;
  for (const element of elementsOf(body)) {
    const isNamed = isFirst && rule.name !== "explain";
    isFirst = false;
    if (!isNamed && !isCommonField(element.name) && !rule.data.includes(element.name)) {
      walk({ place: "anything", elements: [element].values() }, finding);
    }
  }
  for (const sequence of sequences) if (!rule.data.includes(sequence.identifier)) walkSequence(sequence, finding);
  return finding.powers;
}

function walkSequence(sequence: DocumentSequence, finding: Finding): void {
  for (const document of documentsOf(sequence, "protocol/malformed")) {
    walk({ place: "anything", elements: elementsOf(document) }, finding);
  }
}

function walk(start: Open, finding: Finding): void {
  const levels: Open[] = [start];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { done, value: element } = level.elements.next();
    if (done === true || element === undefined) {
      levels.pop();
      continue;
    }
    finding.see(element, level.place);
    const array = arrayOf(element);
    const inner = array ?? documentOf(element);
    if (inner !== undefined) {
      levels.push({ place: placeOf(element.name, level.place, array !== undefined), elements: elementsOf(inner) });
    }
  }
}

/** Pipelines are the arrays of this name, at any depth, and those that stages run side by side. */
function placeOf(name: string, outer: Place, isArray: boolean): Place {
  if (isArray) return name === "pipeline" || outer === "named-pipelines" ? "pipeline" : "anything";
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
