import { aggregates } from "./aggregates.ts";
import type { Dice } from "./dice.ts";
import { randomCondition, randomExpression, type Expression, type Note } from "./expression.ts";
import { relations, type Column } from "./relations.ts";

/** A query of random shape. */
export interface RandomQuery {
  /** The statements, in order; they leave nothing behind. */
  readonly steps: readonly string[];
  /** Whether a masked column is named or part of a star anywhere in it. */
  readonly touchesMasked: boolean;
  /** What it is made of. */
  readonly kinds: ReadonlySet<string>;
}

type Columns = readonly [Column, ...Column[]];

/** Something to stand in FROM, and its columns as they are named there. */
interface Source {
  readonly sql: string;
  readonly columns: Columns;
}

/** A SELECT and what it gives. */
interface Select {
  readonly sql: string;
  readonly columns: Columns;
}

/** Makes a query; most of them may touch masked columns. */
export function randomQuery(dice: Dice): RandomQuery {
  const kinds = new Set<string>();
  const mayTouch = dice.percent(70);
  const names = { made: 0 };
  const writer = createWriter(dice, mayTouch, (kind) => void kinds.add(kind), names);
  const { sql } = writer.query(2);
  const steps = asSteps(dice, sql, (kind) => void kinds.add(kind));
  return { steps, touchesMasked: [...kinds].some((kind) => kind.includes("masked")), kinds };
}

/** How the query is put to the server. */
function asSteps(dice: Dice, sql: string, note: Note): readonly string[] {
  const way = dice.below(10);
  if (way === 0) {
    note("cursor");
    return ["begin", `declare k cursor for ${sql}`, "fetch 5 from k", "fetch all from k", "commit"];
  }
  if (way === 1) {
    note("prepare");
    return [`prepare p as ${sql}`, "execute p", "deallocate p"];
  }
  if (way === 2) {
    note("copy");
    return [`copy (${sql}) to stdout`];
  }
  return [sql];
}

function createWriter(dice: Dice, mayTouch: boolean, note: Note, names: { made: number }) {
  const newName = (letter: string): string => `${letter}${++names.made}`;

  function query(depth: number): Select {
    switch (dice.below(depth > 0 ? 9 : 4)) {
      case 0:
        return star(depth);
      case 1:
        return aggregate(depth);
      case 2:
        return windowed(depth);
      case 4:
        return withCte(depth);
      case 5:
        return setOperation(depth);
      case 6:
        return scalarSubquery(depth);
      default:
        return plain(depth);
    }
  }

  function source(depth: number): Source {
    if (depth > 0 && dice.percent(35)) {
      note("subquery");
      const inner = query(depth - 1);
      return aliased(`(${inner.sql})`, newName("s"), inner.columns);
    }
    const fitting = relations.filter(({ columns }) => mayTouch || columns.some(({ isMasked }) => !isMasked));
    const relation = fitting[dice.below(fitting.length)] ?? relations[0];
    return aliased(relation.name, newName("t"), relation.columns);
  }

  function joined(depth: number): Source {
    const first = source(depth);
    if (!dice.percent(35)) return first;
    const second = source(depth);
    const left = first.columns.find(({ type, isMasked }) => type === "int" && !isMasked);
    const right = second.columns.find(({ type, isMasked }) => type === "int" && !isMasked);
    if (left === undefined || right === undefined) return first;
    const kind = dice.pick(["join", "left join", "full join", "join lateral"]);
    note(kind);
    if (kind !== "join lateral") {
      const columns: Columns = [first.columns[0], ...first.columns.slice(1), ...second.columns];
      return { sql: `${first.sql} ${kind} ${second.sql} on ${left.name} = ${right.name}`, columns };
    }
    const seen = visible(second.columns);
    const list = seen.map(({ name }) => name).join(", ");
    return {
      sql: `${first.sql} join lateral (select ${list} from ${second.sql}) ${aliasOf(second)} on ${left.name} = ${right.name}`,
      columns: [first.columns[0], ...first.columns.slice(1), ...seen],
    };
  }

  function plain(depth: number): Select {
    const from = joined(depth);
    const usable = visible(from.columns);
    const isTrue = randomCondition(dice, usable, note);
    const outputs = Array.from({ length: 1 + dice.below(3) }, () => randomExpression(dice, usable, isTrue, note));
    const distinct = dice.percent(8) ? "distinct " : "";
    if (distinct !== "") note("distinct");
    const where = dice.percent(50) ? ` where ${isTrue}` : "";
    return selected(outputs, (list) => `select ${distinct}${list} from ${from.sql}${where}`);
  }

  function star(depth: number): Select {
    const from = source(depth);
    if (!mayTouch && from.columns.some(({ isMasked }) => isMasked)) return plain(depth);
    note(from.columns.some(({ isMasked }) => isMasked) ? "masked columns by *" : "*");
    const columns = from.columns.map((column) => ({ ...column, name: bareName(column) }));
    return { sql: `select * from ${from.sql}`, columns: [columns[0] ?? from.columns[0], ...columns.slice(1)] };
  }

  function aggregate(depth: number): Select {
    const from = joined(depth);
    const usable = visible(from.columns);
    const isTrue = randomCondition(dice, usable, note);
    const key = from.columns.find(({ isMasked, type }) => !isMasked && type !== "json") ?? from.columns[0];
    const value = randomExpression(dice, usable, isTrue, note);
    const total = aggregated(value, key);
    return selected(
      [
        { sql: key.name, type: key.type, isMasked: key.isMasked },
        { sql: "count(*)::int", type: "int", isMasked: false },
        total,
      ],
      (list) => `select ${list} from ${from.sql} group by ${key.name}`,
    );
  }

  function aggregated({ sql, type, isMasked }: Expression, key: Column): Expression {
    const { call, args, cast, result } = dice.pick(aggregates[type]);
    note(call);
    const order = args.replace("$key", key.name);
    const filter = dice.percent(20) ? " filter (where true)" : "";
    return { sql: `(${call}(${sql}${order})${filter})${cast}`, type: result, isMasked };
  }

  function windowed(depth: number): Select {
    const from = source(depth);
    const usable = visible(from.columns);
    const isTrue = randomCondition(dice, usable, note);
    const value = randomExpression(dice, usable, isTrue, note);
    const call = dice.pick(["first_value", "lag", "last_value", "lead"]);
    note(call);
    const sql = `${call}(${value.sql}) over (${orderOf(from)})`;
    return selected([{ ...value, sql }], (list) => `select ${list} from ${from.sql}`);
  }

  function withCte(depth: number): Select {
    note("with");
    const inner = query(depth - 1);
    const name = newName("w");
    const from = aliased(name, newName("t"), inner.columns);
    const usable = visible(from.columns);
    const outputs = Array.from({ length: 2 }, () => randomExpression(dice, usable, "true", note));
    const materialized = dice.pick(["", "materialized ", "not materialized "]);
    return selected(outputs, (list) => `with ${name} as ${materialized}(${inner.sql}) select ${list} from ${from.sql}`);
  }

  function setOperation(depth: number): Select {
    const operator = dice.pick(["union all", "union", "except", "intersect"]);
    note(operator);
    const [left, right] = [source(depth - 1), source(depth - 1)];
    const pick = ({ columns }: Source): Expression => {
      const usable = visible(columns);
      const value = randomExpression(dice, usable, "true", note);
      return { ...value, sql: `(${value.sql})::text`, type: "text" };
    };
    const [a, b] = [pick(left), pick(right)];
    const name = newName("x");
    return {
      sql: `select ${a.sql} as ${name} from ${left.sql} ${operator} select ${b.sql} from ${right.sql}`,
      columns: [{ name, type: "text", isMasked: a.isMasked || b.isMasked, isStored: false }],
    };
  }

  function scalarSubquery(depth: number): Select {
    const outer = source(depth - 1);
    const inner = source(0);
    const value = randomExpression(dice, visible(inner.columns), "true", note);
    const isArray = value.type === "text" && dice.percent(40);
    note(isArray ? "array(select)" : "scalar subquery");
    const of = `select ${value.sql} from ${inner.sql} ${orderOf(inner)}`;
    const output: Expression = isArray
      ? { sql: `array(${of} limit 2)`, type: "texts", isMasked: value.isMasked }
      : { ...value, sql: `(${of} limit 1)` };
    return selected([output], (list) => `select ${list} from ${outer.sql}`);
  }

  /** What the query may use of a source: where it must not touch masked columns, only the others. */
  function visible(columns: Columns): Columns {
    const open = columns.filter(({ isMasked }) => mayTouch || !isMasked);
    return [open[0] ?? columns[0], ...open.slice(1)];
  }

  function selected(outputs: readonly Expression[], write: (list: string) => string): Select {
    const named = outputs.map(({ sql, type, isMasked }) => ({
      sql,
      column: { name: newName("x"), type, isMasked, isStored: false },
    }));
    const columns = named.map(({ column }) => column);
    const sql = write(named.map(({ sql: value, column }) => `${value} as ${column.name}`).join(", "));
    const first: Column = columns[0] ?? { name: "x", type: "int", isMasked: false, isStored: false };
    return { sql, columns: [first, ...columns.slice(1)] };
  }

  return { query };
}

function aliased(sql: string, alias: string, columns: Columns): Source {
  const named = columns.map((column) => ({ ...column, name: `${alias}.${bareName(column)}` }));
  return { sql: `${sql} ${alias}`, columns: [named[0] ?? columns[0], ...named.slice(1)] };
}

/** By what is not masked: an order tells about what it is by. */
function orderOf({ columns }: Source): string {
  const key = columns.find(({ isMasked }) => !isMasked);
  return key === undefined ? "" : `order by ${key.name}`;
}

function bareName({ name }: Column): string {
  return name.slice(name.indexOf(".") + 1);
}

function aliasOf({ columns }: Source): string {
  return columns[0].name.slice(0, columns[0].name.indexOf("."));
}
