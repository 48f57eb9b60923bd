import type { Verb } from "@sallyport/shared/verb";
import type { Findings } from "./findings.ts";
import { foldName } from "./hidden-power.ts";
import type { StatementView } from "./statement-rule.ts";

/** What a statement in a body does, by a word that nothing else in it can mean. REPLACE may be a function, which only adds to it. */
const bodyVerbs: Readonly<Record<string, readonly Verb[]>> = {
  select: ["read"],
  insert: ["insert"],
  replace: ["insert", "delete"],
  update: ["update"],
  delete: ["delete"],
  truncate: ["truncate"],
  load: ["insert", "copy-in"],
  create: ["create"],
  alter: ["alter"],
  rename: ["alter"],
  drop: ["drop"],
  grant: ["grant"],
  revoke: ["revoke"],
  call: ["call"],
  lock: ["lock"],
  unlock: ["lock"],
};

/** Text that is made while the body runs can be anything; the numbers of KILL are the gateway's own. */
const refusedInBodies: ReadonlySet<string> = new Set(["prepare", "execute", "immediate", "kill"]);

/** Settings that would change how the session's texts are read. */
const textSettings = /^(sql_mode|character_set_|collation_connection|resultset_metadata|session_track_)/;

/** The same as words of SET: NAMES, CHARSET, CHARACTER SET. */
const textWords: ReadonlySet<string> = new Set(["names", "charset", "character", "char"]);

/**
 * A routine, trigger or event is decided when it is made, for all that its body may do: every verb that a word in it stands for.
 * Bodies are not taken apart, so that it makes no difference where the server sees the end of one.
 */
export function judgeProgram(view: StatementView, found: Findings): void {
  const { phrase, scan } = view;
  if (!phrase.complete) {
    found.refuse("The stored program is too long to be read.");
    return;
  }
  for (const [word, verbs] of Object.entries(bodyVerbs)) if (scan.saw(word)) found.add(...verbs);
  // queries without a SELECT begin a statement: TABLE, HANDLER, SHOW
  if (phrase.tokens.some((token) => token.kind === "symbol" && token.value === ";")) found.add("read");
  for (const [at, token] of phrase.tokens.entries()) {
    if (token.kind === "word" && refusedInBodies.has(token.value)) {
      found.refuse(`A stored program may not hold ${token.value.toUpperCase()}.`);
    }
    const isSet = textWords.has(token.value) && (phrase.word(at - 1) === "set" || phrase.isSymbol(at - 1, ","));
    if ((token.kind === "word" || token.kind === "name") && (isSet || textSettings.test(foldName(token.value)))) {
      found.refuse("A stored program may not name settings that change how texts are read.");
    }
  }
}

/** Compound statements, in which a semicolon does not end the whole. */
const compound: ReadonlySet<string> = new Set(["begin", "if", "case", "loop", "repeat", "while", "for", "declare"]);

/**
 * Whether a semicolon that comes after these tokens belongs to a body. Once a body may have compound statements all of the text
 * is taken as its own, which `judgeProgram` makes safe: every word of it counts.
 */
export function mayHoldSemicolons(words: readonly string[]): boolean {
  const [first, ...rest] = words;
  if (first !== "create" && first !== "alter") return false;
  const kind = rest.findIndex(
    (word) =>
      word === "procedure" || word === "function" || word === "trigger" || word === "event" || word === "package",
  );
  if (kind < 0) return false;
  return rest.some((word, at) => at > kind && compound.has(word) && !(word === "for" && rest[at + 1] === "each"));
}
