import type { Verb } from "@sallyport/shared/verb";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { TextModes } from "../statements/text-modes.ts";
import { sameModes } from "./same-modes.ts";
import type { NamedStatement, PreparedStatements } from "./prepared-statements.ts";

/** Why a text cannot be decided: it runs a name that means nothing certain. */
export type Unresolved = { readonly kind: "not-prepared"; readonly name: string } | { readonly kind: "other-modes" };

/** Statements of one text as they really are: an EXECUTE does what the statement does that it runs. */
export function resolveNames(
  statements: readonly MysqlStatement[],
  prepared: PreparedStatements,
  modes: TextModes,
): readonly MysqlStatement[] | Unresolved {
  // what earlier statements of the same text will have prepared, or taken away, by then
  const ahead = new Map<string, NamedStatement | undefined>();
  let namesAreSure = true;
  const resolved: MysqlStatement[] = [];
  for (const statement of statements) {
    const { effect } = statement;
    if (effect.kind === "prepare") ahead.set(effect.name.toLowerCase(), { statement: effect.prepared, modes });
    if (effect.kind === "deallocate") ahead.set(effect.name.toLowerCase(), undefined);
    if (effect.kind !== "execute") {
      resolved.push(statement);
    } else {
      const key = effect.name.toLowerCase();
      const named = ahead.has(key) || !namesAreSure ? ahead.get(key) : prepared.named(key);
      if (named === undefined) return { kind: "not-prepared", name: effect.name };
      if (!sameModes(named.modes, modes)) return { kind: "other-modes" };
      resolved.push(running(statement, named.statement));
    }
    // a procedure may give any name to another statement
    if (mayRename(resolved.at(-1))) {
      namesAreSure = false;
      ahead.clear();
    }
  }
  return resolved;
}

/** Whether running a statement may run a procedure; procedures may prepare statements, whose names hold outside of them. */
export function mayRename(statement: MysqlStatement | undefined): boolean {
  return statement?.effect.kind !== "prepare" && statement?.verbs.includes("call") === true;
}

function running(execute: MysqlStatement, prepared: MysqlStatement): MysqlStatement {
  const verbs: readonly Verb[] = [...new Set([...execute.verbs, ...prepared.verbs])];
  const { objects, unknownBecause, effect } = prepared;
  return {
    ...execute,
    verbs,
    effect: effect.kind === "load-local" ? effect : execute.effect,
    ...(objects === undefined ? {} : { objects }),
    ...(unknownBecause === undefined ? {} : { unknownBecause }),
  };
}
