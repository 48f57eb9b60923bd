import type { Findings } from "../findings.ts";
import type { MysqlStatement } from "../mysql-statement.ts";
import type { StatementRule, StatementRules, StatementView } from "../statement-rule.ts";

/** Servers compare names of prepared statements by letters, without case, accents and blanks at the end: only plain names are followed. */
const plainName = /^[a-z0-9_$]{1,64}$/i;

/** SQL's own prepared statements. Their text is judged where they are made; what EXECUTE runs, the inspector knows by the name. */
export const preparedRules: StatementRules = {
  prepare(view, at, found) {
    found.add("session");
    const { phrase } = view;
    const name = nameAt(view, at + 1, found);
    const text = phrase.at(at + 3);
    if (name === undefined) return;
    if (phrase.word(at + 2) !== "from" || text.kind !== "text" || !phrase.endsAt(at + 4)) {
      found.refuse("PREPARE is supported only from a literal text.");
      return;
    }
    const prepared = readLiteral(view, at + 3, found);
    if (prepared !== undefined) found.cause({ kind: "prepare", name, prepared });
  },
  execute(view, at, found) {
    const { phrase } = view;
    if (phrase.word(at + 1) === "immediate" && view.dialect.flavour === "mariadb") {
      executeImmediate(view, at + 2, found);
      return;
    }
    found.add("session");
    const name = nameAt(view, at + 1, found);
    if (!phrase.endsAt(at + 2) && phrase.word(at + 2) !== "using")
      found.refuse("The gateway does not know this kind of EXECUTE.");
    if (name !== undefined) found.cause({ kind: "execute", name });
  },
  deallocate: (view, at, found) => deallocate(view, at + 1, found),
};

/** DEALLOCATE PREPARE and DROP PREPARE; `at` is where PREPARE stands. */
export function deallocate(view: StatementView, at: number, found: Findings): void {
  found.add("session");
  if (view.phrase.word(at) !== "prepare" || !view.phrase.endsAt(at + 2)) {
    found.refuse("The gateway cannot tell which prepared statement this gives up.");
    return;
  }
  const name = nameAt(view, at + 1, found);
  if (name !== undefined) found.cause({ kind: "deallocate", name });
}

function executeImmediate(view: StatementView, at: number, found: Findings): void {
  const { phrase } = view;
  const using = phrase.word(at + 1) === "using";
  if (phrase.at(at).kind !== "text" || !(using || phrase.endsAt(at + 1))) {
    found.refuse("EXECUTE IMMEDIATE is supported only for a literal text.");
    return;
  }
  const inner = readLiteral(view, at, found);
  if (inner !== undefined && inner.effect.kind !== "none")
    found.refuse("EXECUTE IMMEDIATE may not change the session.");
}

/** Reads the text and takes over its verbs; undefined where it was refused. */
function readLiteral(view: StatementView, at: number, found: Findings): MysqlStatement | undefined {
  const inner = view.readInner(view.literal(view.phrase.at(at)));
  if (inner === undefined) {
    found.refuse("Texts may not be prepared within prepared texts.");
    return undefined;
  }
  found.add(...inner.verbs);
  if (inner.unknownBecause !== undefined) {
    found.refuse(inner.unknownBecause);
    return undefined;
  }
  if (inner.effect.kind === "none" || inner.effect.kind === "load-local") return inner;
  found.refuse("A text that is prepared may not change how texts are read, or hold other prepared ones.");
  return undefined;
}

function nameAt(view: StatementView, at: number, found: Findings): string | undefined {
  const token = view.phrase.at(at);
  if ((token.kind === "word" || token.kind === "name") && plainName.test(token.value)) return token.value.toLowerCase();
  found.refuse("The name of a prepared statement must be of plain letters, digits and underscores.");
  return undefined;
}

/** Statements that raise or look at conditions. */
const conditions: StatementRule = (_view, _at, found) => found.add("session");

/** SIGNAL, RESIGNAL, GET DIAGNOSTICS. */
export const conditionRules: StatementRules = { signal: conditions, resignal: conditions, get: conditions };
