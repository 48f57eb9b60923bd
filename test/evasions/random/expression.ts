import type { Dice } from "./dice.ts";
import type { Column, ValueType } from "./relations.ts";

/** An expression over columns that are in scope. */
export interface Expression {
  readonly sql: string;
  readonly type: ValueType;
  readonly isMasked: boolean;
}

/** Writes down what kinds of expression a query was made of. */
export type Note = (kind: string) => void;

type Wrap = readonly [kind: string, type: ValueType, write: (value: string) => string];

/** What may be done to a value, by its type. */
const wraps: Readonly<Record<ValueType, readonly [Wrap, ...Wrap[]]>> = {
  text: [
    ["upper", "text", (v) => `upper(${v})`],
    ["lower", "text", (v) => `lower(${v})`],
    ["||", "text", (v) => `${v} || '-x'`],
    ["concat", "text", (v) => `concat('<', ${v}, '>')`],
    ["substr", "text", (v) => `substr(${v}, 1, 9)`],
    ["left", "text", (v) => `left(${v}, 7)`],
    ["right", "text", (v) => `right(${v}, 8)`],
    ["reverse", "text", (v) => `reverse(${v})`],
    ["replace", "text", (v) => `replace(${v}, 'a', 'aa')`],
    ["translate", "text", (v) => `translate(${v}, '-', '_')`],
    ["coalesce", "text", (v) => `coalesce(${v}, 'none')`],
    ["nullif", "text", (v) => `nullif(${v}, 'none')`],
    ["format", "text", (v) => `format('%s!', ${v})`],
    ["cast to varchar", "text", (v) => `(${v})::varchar(60)::text`],
    ["quote_literal", "text", (v) => `quote_literal(${v})`],
    ["lpad", "text", (v) => `lpad(${v}, 40, '.')`],
    ["regexp_replace", "text", (v) => `regexp_replace(${v}, '^.', '')`],
    ["split_part", "text", (v) => `split_part(${v}, '-', 2)`],
    ["encode hex", "text", (v) => `encode(convert_to(${v}, 'UTF8'), 'hex')`],
    ["encode base64", "text", (v) => `encode(convert_to(${v}, 'UTF8'), 'base64')`],
    ["collate", "text", (v) => `(${v}) collate "C"`],
    ["to_jsonb", "json", (v) => `to_jsonb(${v})`],
    ["string_to_array", "texts", (v) => `string_to_array(${v}, '-')`],
    ["array[]", "texts", (v) => `array[${v}, 'x']`],
  ],
  int: [
    ["+", "int", (v) => `${v} + 1`],
    ["*", "int", (v) => `(${v}) * 2`],
    ["negation", "int", (v) => `-(${v})`],
    ["abs", "int", (v) => `abs(${v})`],
    ["coalesce", "int", (v) => `coalesce(${v}, 0)`],
    ["add_one", "int", (v) => `public.add_one(${v})`],
    ["cast to text", "text", (v) => `(${v})::text`],
    ["cast to numeric", "numeric", (v) => `(${v})::numeric`],
    ["to_jsonb", "json", (v) => `to_jsonb(${v})`],
  ],
  numeric: [
    ["*", "numeric", (v) => `(${v}) * 2`],
    ["round", "numeric", (v) => `round(${v}, 1)`],
    ["coalesce", "numeric", (v) => `coalesce(${v}, 0.0)`],
    ["cast to text", "text", (v) => `(${v})::text`],
    ["to_char", "text", (v) => `to_char(${v}, 'FM999999990.00')`],
  ],
  date: [
    ["date arithmetic", "date", (v) => `${v} + 1`],
    ["coalesce", "date", (v) => `coalesce(${v}, date '2000-01-01')`],
    ["cast to text", "text", (v) => `(${v})::text`],
    ["to_char", "text", (v) => `to_char(${v}, 'YYYY-MM-DD')`],
    ["cast to timestamp", "date", (v) => `((${v})::timestamp)::date`],
  ],
  json: [
    ["json as text", "text", (v) => `(${v})::text`],
    ["json_build_object", "json", (v) => `jsonb_build_object('k', ${v})`],
    ["jsonb_build_array", "json", (v) => `jsonb_build_array(1, ${v})`],
    ["->>", "text", (v) => `(${v})->>'tax_id'`],
    ["->", "json", (v) => `(${v})->'contacts'`],
    ["#>>", "text", (v) => `(${v})#>>'{contacts,0,mail}'`],
  ],
  texts: [
    ["subscript", "text", (v) => `(${v})[1]`],
    ["array_to_string", "text", (v) => `array_to_string(${v}, ',')`],
    ["array_append", "texts", (v) => `array_append(${v}, 'x')`],
    ["array as text", "text", (v) => `(${v})::text`],
    ["to_jsonb", "json", (v) => `to_jsonb(${v})`],
  ],
};

/** A column, with up to so much done to it; `isTrue` is a condition over unmasked columns. */
export function randomExpression(
  dice: Dice,
  columns: readonly [Column, ...Column[]],
  isTrue: string,
  note: Note,
): Expression {
  const column = dice.pick(columns);
  if (column.isMasked) note(`a masked ${column.type}`);
  let { name: sql, type } = column;
  for (let left = dice.below(4); left > 0; left--) {
    if (dice.percent(15)) {
      note("case");
      sql = `case when ${isTrue} then ${sql} end`;
    } else {
      const [kind, result, write] = dice.pick(wraps[type]);
      note(kind);
      sql = `(${write(sql)})`;
      type = result;
    }
  }
  return { sql, type, isMasked: column.isMasked };
}

/** A condition that does not ask what a masked value is like: unmasked columns, or equality. */
export function randomCondition(dice: Dice, columns: readonly [Column, ...Column[]], note: Note): string {
  const secret = columns.find(({ isMasked, isStored, type }) => isMasked && isStored && type === "text");
  if (secret !== undefined && dice.percent(10)) {
    note("= on a masked column");
    return `${secret.name} = 'canary'`;
  }
  const open = columns.filter(({ isMasked }) => !isMasked);
  const chosen = open[dice.below(open.length)];
  if (chosen === undefined) return "true";
  const { name, type } = chosen;
  switch (type) {
    case "int":
      return dice.pick([
        `${name} < 30`,
        `${name} between 2 and 25`,
        `${name} % 2 = 0`,
        `${name} in (1, 2, 3, 5, 8, 13)`,
      ]);
    case "numeric":
      return `${name} > 12`;
    case "text":
      return dice.pick([`${name} is not null`, `${name} like '%o%'`, `length(${name}) > 3`]);
    case "date":
      return `${name} >= date '2025-12-25'`;
    case "json":
    case "texts":
      return `${name} is not null`;
  }
}
