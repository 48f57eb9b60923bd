import type { Verb } from "@sallyport/shared/verb";
import type { Findings } from "../findings.ts";
import { judgeProgram } from "../stored-program.ts";
import { deallocate } from "./prepared-rules.ts";
import type { StatementRule, StatementRules, StatementView } from "../statement-rule.ts";

/** Things that CREATE, ALTER and DROP are about, and the verbs that come on top: all but those of a database itself are the server's. */
const kinds: Readonly<Record<string, readonly Verb[]>> = {
  table: [],
  tables: [],
  view: [],
  index: [],
  database: [],
  schema: [],
  sequence: [],
  procedure: ["admin"],
  function: ["admin"],
  trigger: ["admin"],
  event: ["admin"],
  package: ["admin"],
  library: ["admin"],
  user: ["admin"],
  role: ["admin"],
  server: ["admin"],
  tablespace: ["admin"],
  logfile: ["admin"],
  resource: ["admin"],
  spatial: ["admin"],
  instance: ["admin"],
};

/** Words between the verb and the kind. UNDO and SPATIAL may be kinds themselves, by what follows them. */
const modifiers: ReadonlySet<string> = new Set(
  `or replace temporary unique fulltext online offline ignore aggregate algorithm merge temptable undefined sql security
  definer invoker undo json relational duality if exists`.split(/\s+/),
);

const programs: ReadonlySet<string> = new Set(["procedure", "function", "trigger", "event", "package"]);

/** Engines whose tables lie in the server's own files. Others reach other files or other servers. */
const ownEngines: ReadonlySet<string> = new Set(
  "innodb myisam aria memory heap archive csv merge mrg_myisam ndb ndbcluster rocksdb columnstore blackhole".split(" "),
);

const create: StatementRule = (view, at, found) => {
  const { phrase, scan } = view;
  const kind = kindOf(view, at);
  addKind("create", view, kind, found);
  const what = phrase.word(kind);
  if (phrase.word(at + 1) === "or") found.add(what === "view" ? "alter" : "drop");
  if (programs.has(what)) judgeProgram(view, found);
  if (what === "view") found.add("read");
  if (what !== "table") return;
  addTableOptions(view, kind, found);
  if (scan.readsRows || scan.count("table") > 1) found.add("read", "insert");
};

const alter: StatementRule = (view, at, found) => {
  const { phrase, scan } = view;
  const kind = kindOf(view, at);
  addKind("alter", view, kind, found);
  const what = phrase.word(kind);
  if (programs.has(what)) judgeProgram(view, found);
  if (what === "view") found.add("read");
  if (what !== "table") return;
  addTableOptions(view, kind, found);
  if (scan.sawOutside("drop")) found.add("drop");
  if (scan.sawOutside("truncate")) found.add("truncate");
  // the rows of two tables change places
  if (scan.sawOutside("exchange")) found.add("insert", "delete", "read");
  if (scan.sawOutside("convert")) found.add("create", "drop");
  if (scan.sawOutside("discard") || scan.sawOutside("import")) found.add("admin");
};

/** Statements about what a database or a server holds. */
export const schemaRules: StatementRules = {
  create,
  alter,
  drop(view, at, found) {
    if (view.phrase.word(at + 1) === "prepare") deallocate(view, at + 1, found);
    else addKind("drop", view, kindOf(view, at), found);
  },
  rename(view, at, found) {
    found.add("alter");
    if (view.phrase.word(at + 1) === "user") found.add("admin");
  },
  import(_view, _at, found) {
    found.add("create", "admin");
  },
};

/** Where the word stands that says what the statement is about; -1 where that cannot be told. */
function kindOf({ phrase }: StatementView, at: number): number {
  let next = at + 1;
  for (;;) {
    const word = phrase.word(next);
    if (word === "spatial" && phrase.word(next + 1) === "index") return next + 1;
    if (Object.hasOwn(kinds, word)) return next;
    if (!modifiers.has(word)) return -1;
    next++;
    if (!phrase.isSymbol(next, "=")) continue;
    // ALGORITHM = MERGE, DEFINER = 'u'@'h', DEFINER = CURRENT_USER()
    next += 2;
    if (phrase.at(next).kind === "variable") next++;
    if (phrase.isSymbol(next, "(") && phrase.isSymbol(next + 1, ")")) next += 2;
  }
}

function addKind(verb: Verb, { phrase }: StatementView, kind: number, found: Findings): void {
  const more = kind < 0 ? undefined : kinds[phrase.word(kind)];
  if (more === undefined) found.refuse(`The gateway does not know what this ${verb.toUpperCase()} is about.`);
  else found.add(verb, ...more);
}

/** What takes a table out of the database: files elsewhere, other servers, tables of the server's own space. */
function addTableOptions({ phrase, scan }: StatementView, kind: number, found: Findings): void {
  if (!phrase.complete) found.add("admin");
  if (scan.saw("directory") || scan.saw("connection") || scan.saw("tablespace")) found.add("admin");
  for (let at = kind; at < phrase.length; at++) {
    if (phrase.word(at) !== "engine") continue;
    const named = phrase.at(phrase.isSymbol(at + 1, "=") ? at + 2 : at + 1);
    const isEngine = named.kind === "word" || named.kind === "name" || named.kind === "text";
    if (isEngine && !ownEngines.has(named.value.toLowerCase())) found.add("admin");
  }
}
