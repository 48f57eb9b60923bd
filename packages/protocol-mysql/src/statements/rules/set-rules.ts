import { decodeText } from "../character-sets.ts";
import type { Findings } from "../findings.ts";
import type { ModeChange } from "../mode-change.ts";
import type { Phrase } from "../phrase.ts";
import { changeCharacterSet, judgeSetting } from "../settings.ts";
import { literalText, type SettingText } from "../setting-value.ts";
import type { StatementRules, StatementView } from "../statement-rule.ts";

const scopes: ReadonlySet<string> = new Set(["global", "session", "local", "persist", "persist_only"]);
const serverScopes: ReadonlySet<string> = new Set(["global", "persist", "persist_only"]);
const statementEnds: ReadonlySet<string> = new Set(["for"]);

/** One item of a SET's list, and how far the list's scope had come. */
interface Assignment {
  readonly item: Phrase;
  /** The last scope named before it: servers have carried it on, in some versions. */
  readonly carried: string;
}

/** SET in all its forms. */
export const setRules: StatementRules = {
  set(view, at, found) {
    const { phrase } = view;
    const second = phrase.word(at + 1);
    if (second === "statement" && view.dialect.flavour === "mariadb") {
      setForStatement(view, at + 2, found);
      return;
    }
    if (second === "resource" || (second === "default" && phrase.word(at + 2) === "role")) {
      found.add("admin");
      return;
    }
    if (!phrase.complete) {
      found.refuse("The list of SET is too long.");
      return;
    }
    const changes = assignmentsOf(phrase.part(at + 1, phrase.length)).map((one) => judgeAssignment(view, one, found));
    causeModes(changes, found);
  },
};

/** SET STATEMENT … FOR …, in MariaDB: the settings hold for one statement, whose text has been read already. */
function setForStatement(view: StatementView, from: number, found: Findings): void {
  const { phrase } = view;
  const end = phrase.find(from, statementEnds);
  if (end < 0 || phrase.word(end + 1) === "set") {
    found.refuse("The gateway cannot tell which statement SET STATEMENT is for.");
    return;
  }
  found.add("session");
  for (const { item } of assignmentsOf(phrase.part(from, end))) {
    const change = judgeAssignment(view, { item, carried: "" }, found);
    if (Object.keys(change).length > 0) found.refuse("SET STATEMENT may not change how texts are read.");
  }
  view.judge(end + 1, found);
  if (found.effect.kind !== "none" && found.effect.kind !== "execute" && found.effect.kind !== "load-local") {
    found.refuse("SET STATEMENT may not be put before this statement.");
  }
}

function assignmentsOf(list: Phrase): readonly Assignment[] {
  const found: Assignment[] = [];
  let from = 0;
  let depth = 0;
  let carried = "";
  for (let at = 0; at <= list.length; at++) {
    if (list.isSymbol(at, "(")) depth++;
    else if (list.isSymbol(at, ")")) depth--;
    if (at < list.length && (depth > 0 || !list.isSymbol(at, ","))) continue;
    const item = list.part(from, at);
    found.push({ item, carried });
    if (scopes.has(item.word(0))) carried = item.word(0);
    from = at + 1;
  }
  return found;
}

function judgeAssignment(view: StatementView, { item, carried }: Assignment, found: Findings): ModeChange {
  const text = textOf(view);
  const first = item.word(0);
  if (item.at(0).kind === "variable") return setUserVariable(item, found);
  if (item.at(0).kind === "system") return setSystemVariable(view, item, found);
  switch (first) {
    case "names":
      if (isAssignment(item, 1)) break;
      return changeCharacterSet(literalText(item.part(1, item.says(2, "collate") ? 2 : item.length), text), found);
    case "charset":
      return changeCharacterSet(literalText(item.part(1, item.length), text), found);
    case "character":
    case "char":
      return changeCharacterSet(
        item.word(1) === "set" ? literalText(item.part(2, item.length), text) : undefined,
        found,
      );
    case "role":
    case "password":
      found.add("admin");
      return {};
    case "transaction":
      found.add("transaction");
      return {};
  }
  const scope = scopes.has(first) && !isAssignment(item, 1) ? first : "";
  return setNamed(view, item, scope, carried, found);
}

/** `[SCOPE] name = value` */
function setNamed(view: StatementView, item: Phrase, scope: string, carried: string, found: Findings): ModeChange {
  const name = scope === "" ? 0 : 1;
  const isServers = serverScopes.has(scope);
  if (isServers) found.add("admin");
  if (item.word(name) === "transaction" && scope !== "") {
    if (!isServers) found.add("session");
    return {};
  }
  if (item.isSymbol(name + 1, ".")) {
    // a key cache, or a setting of a component: the server has but one of each
    found.add("admin");
    if (scopes.has(item.at(name).value.toLowerCase()))
      found.refuse("The gateway cannot tell which variable this sets.");
    return {};
  }
  if (!isAssignment(item, name + 1)) {
    found.refuse("The gateway does not know this kind of SET.");
    return {};
  }
  if (isServers) return {};
  const change = judgeSetting(item.at(name).value, item.part(name + 2, item.length), textOf(view), found);
  if (scope === "" && serverScopes.has(carried)) {
    found.add("admin");
    if (Object.keys(change).length > 0)
      found.refuse("Whether this is set for the session depends on the server's version.");
  }
  return change;
}

/** `@@[scope.]name = value` */
function setSystemVariable(view: StatementView, item: Phrase, found: Findings): ModeChange {
  const scope = item.at(1).value.toLowerCase();
  const isScoped = item.isSymbol(2, ".") && scopes.has(scope);
  const name = isScoped ? 3 : 1;
  if (isScoped && serverScopes.has(scope)) found.add("admin");
  if (item.isSymbol(name + 1, ".")) {
    found.add("admin");
    return {};
  }
  if (!isAssignment(item, name + 1)) {
    found.refuse("The gateway does not know this kind of SET.");
    return {};
  }
  if (isScoped && serverScopes.has(scope)) return {};
  return judgeSetting(item.at(name).value, item.part(name + 2, item.length), textOf(view), found);
}

function setUserVariable(item: Phrase, found: Findings): ModeChange {
  found.add("session");
  if (!isAssignment(item, 1)) found.refuse("The gateway does not know this kind of SET.");
  return {};
}

function isAssignment(item: Phrase, at: number): boolean {
  return item.isSymbol(at, "=") || item.isSymbol(at, ":=");
}

function causeModes(all: readonly ModeChange[], found: Findings): void {
  const changes = all.filter((change) => Object.keys(change).length > 0);
  if (changes.length > 0) found.cause({ kind: "modes", changes });
}

function textOf(view: StatementView): SettingText {
  return (token) => decodeText(view.literal(token), view.modes.characterSet);
}
