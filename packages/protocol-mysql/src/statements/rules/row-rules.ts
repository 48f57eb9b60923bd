import type { StatementRules, StatementView } from "../statement-rule.ts";

/** Where a condition, an assignment or a target begins: what stands before names the tables. */
const updateSet: ReadonlySet<string> = new Set(["set"]);
const deleteFrom: ReadonlySet<string> = new Set(["from"]);
const deleteModifiers: ReadonlySet<string> = new Set(["low_priority", "quick", "ignore", "history"]);
const loadModifiers: ReadonlySet<string> = new Set(["low_priority", "concurrent"]);

/** Statements that change rows. They read where rows come back, are joined, or are taken from a query. */
export const rowRules: StatementRules = {
  insert(view, _at, found) {
    found.add("insert");
    if (view.scan.updatesDuplicates) found.add("update");
    if (readsSource(view)) found.add("read");
  },
  replace(view, _at, found) {
    found.add("insert", "delete");
    if (readsSource(view)) found.add("read");
  },
  update(view, at, found) {
    found.add("update");
    const { phrase } = view;
    const set = phrase.find(at + 1, updateSet);
    const tables = phrase.part(at, set < 0 ? phrase.length : set);
    if (set < 0 || tables.tokens.some((token) => token.kind === "symbol" && token.value === ",")) found.add("read");
    if (returnsOrJoins(view)) found.add("read");
  },
  delete(view, at, found) {
    found.add("delete");
    const { phrase } = view;
    const target = phrase.skip(at + 1, deleteModifiers);
    if (phrase.find(target, deleteFrom) !== target || view.scan.saw("using")) found.add("read");
    if (returnsOrJoins(view)) found.add("read");
  },
  truncate(_view, _at, found) {
    found.add("truncate");
  },
  call(_view, _at, found) {
    found.add("call");
  },
  /** A file that the server opens itself is out of any table's privileges, hence `admin`. */
  load(view, at, found) {
    const { phrase } = view;
    const what = phrase.word(at + 1);
    if (what === "index") {
      found.add("admin");
      return;
    }
    if (what !== "data" && what !== "xml") {
      found.refuse("The gateway does not know this kind of LOAD.");
      return;
    }
    found.add("insert", "copy-in");
    let next = phrase.skip(at + 2, loadModifiers);
    const isLocal = phrase.word(next) === "local";
    if (isLocal) next++;
    else found.add("admin");
    const file = phrase.at(next + 1);
    if (phrase.word(next) !== "infile" || file.kind !== "text" || phrase.at(next + 2).kind === "text") {
      found.refuse("The gateway cannot tell which file LOAD reads.");
      return;
    }
    if (view.scan.saw("replace")) found.add("delete");
    const name = view.literal(file);
    if (!isLocal) return;
    if (name.some((byte) => byte >= 0x80 || byte === 0)) found.refuse("The file's name must be plain ASCII.");
    found.cause({ kind: "load-local", file: name.toString("latin1") });
  },
};

function readsSource({ scan }: StatementView): boolean {
  return scan.readsRows || scan.saw("table") || scan.sawOutside("returning");
}

function returnsOrJoins({ scan }: StatementView): boolean {
  return scan.readsRows || scan.saw("join") || scan.saw("straight_join") || scan.sawOutside("returning");
}
