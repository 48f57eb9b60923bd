import type { StatementRule, StatementRules } from "../statement-rule.ts";

const admin: StatementRule = (_view, _at, found) => found.add("admin");

/** More than this a number of the gateway's cannot be. */
const MAX_CONNECTION_ID = 0xffff_ffff;

/** Statements about the server and its files, replication, plugins and other sessions. */
export const serverRules: StatementRules = {
  flush({ phrase, scan }, at, found) {
    found.add("admin");
    if (phrase.word(at + 1) === "tables" || scan.saw("lock")) found.add("lock");
  },
  reset: admin,
  purge: admin,
  change: admin,
  stop: admin,
  binlog: admin,
  clone: admin,
  install: admin,
  uninstall: admin,
  shutdown: admin,
  restart: admin,
  cache: admin,
  optimize: admin,
  check: admin,
  repair: admin,
  backup: admin,
  checksum(_view, _at, found) {
    found.add("read");
  },
  /** The client knows only numbers that the gateway gave it, so a number must be plain to see. */
  kill({ phrase }, at, found) {
    const id = phrase.at(at + 2);
    const number = /^\d{1,10}$/.test(id.value) ? Number(id.value) : 0;
    const isPlain = id.kind === "number" && phrase.endsAt(at + 3) && number > 0 && number <= MAX_CONNECTION_ID;
    if (phrase.word(at + 1) !== "query" || !isPlain) {
      found.refuse("Only KILL QUERY with a number is supported, for a statement of one's own.");
      return;
    }
    found.add("session");
    found.cause({ kind: "kill-query", id: number });
  },
};
