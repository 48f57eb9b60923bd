import type { Parameter, ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { elementsOf, firstElement, type Element } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { documentsOf, type DocumentSequence } from "../messages/op-msg.ts";
import type { Command, CommandParts } from "./command-rule.ts";
import { describeDocument, describeValue, type Telling } from "./describe-document.ts";
import { leftOutOfRecord } from "./envelope.ts";

/** A field that takes more bytes stands in the record as a value, which is cut there, and not in the text. */
const LONG_BYTES = 64 * 1024;
/** So many bytes of a command become text; what is behind them is one more value. */
const TEXT_BYTES = 256 * 1024;

const MAX_NAME = 64;

const tellAll: Telling = { hides: () => false };
/** Of `createUser` and `updateUser`, of `setParameter`, and of whatever else for administrators will have a field that is named so. */
const tellNoSecrets: Telling = { hides: (name) => /pwd|password|secret/i.test(name) };

/** A command in the form in which it is decided and recorded. */
export interface DescribedCommand {
  readonly parsed: ParsedStatement;
  /** Views of the command's bytes. */
  readonly parameters: readonly Parameter[];
}

/** Words a command for the record: what the client sent, without what is no part of the statement. */
export function describeCommand(
  command: CommandParts & Pick<Command, "objects">,
  verbs: readonly Verb[],
): DescribedCommand {
  const account = new Account(command.rule.fields === "any");
  for (const element of elementsOf(command.body)) {
    if (account.isFull) {
      account.leaveRest(command.body.bytes.subarray(element.valueStart, command.body.end));
      break;
    }
    if (!leftOutOfRecord.has(element.name)) account.tell(element);
  }
  for (const sequence of command.sequences) account.tellSequence(sequence);
  return { parsed: { text: account.text, verbs, objects: command.objects }, parameters: account.parameters };
}

/** Of a command that was not read it is told what it is called: it may be one that brings a password. */
export function describeUnread(body: RawDocument): string {
  const name = firstElement(body)?.name ?? "";
  return `{${JSON.stringify(name.slice(0, MAX_NAME))}:"[not read]"}`;
}

/** Gathers the text and the values of one command. */
class Account {
  readonly parameters: Parameter[] = [];
  readonly #fields: string[] = [];
  readonly #isForAdministrators: boolean;
  #told = 0;

  constructor(isForAdministrators: boolean) {
    this.#isForAdministrators = isForAdministrators;
  }

  get text(): string {
    return `{${this.#fields.join(",")}}`;
  }

  get isFull(): boolean {
    return this.#told > TEXT_BYTES;
  }

  tell(element: Element): void {
    const { name, document, valueStart, valueEnd } = element;
    const telling = this.#isForAdministrators ? tellNoSecrets : tellAll;
    const length = valueEnd - valueStart;
    this.#told += name.length + Math.min(length, LONG_BYTES);
    this.#add(
      name,
      length > LONG_BYTES ? this.#move(document.bytes.subarray(valueStart, valueEnd)) : describeValue(element, telling),
    );
  }

  tellSequence(sequence: DocumentSequence): void {
    const { identifier, bytes, start, end } = sequence;
    if (end - start > LONG_BYTES) return this.#add(identifier, this.#move(bytes.subarray(start, end)));
    const documents: string[] = [];
    for (const document of documentsOf(sequence, "protocol/malformed")) {
      documents.push(describeDocument(document, tellAll));
    }
    this.#add(identifier, `[${documents.join(",")}]`);
  }

  leaveRest(bytes: Buffer): void {
    this.#add("…", this.#move(bytes));
  }

  #add(name: string, value: string): void {
    this.#fields.push(`${JSON.stringify(name)}:${value}`);
  }

  /** What could hide a secret is not kept: there is no looking into it. */
  #move(value: Buffer): string {
    if (!this.#isForAdministrators) this.parameters.push({ format: "binary", value });
    return `"[${value.length} bytes]"`;
  }
}
