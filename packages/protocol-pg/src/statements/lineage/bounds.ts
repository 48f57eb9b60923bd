import { isTreeNode, listOf, numberOf, stringOf } from "../tree.ts";

const INT2 = 21;
const INT4 = 23;
const INT8 = 20;
const NUMERIC = 1700;
const FLOAT4 = 700;
const FLOAT8 = 701;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/** The types, by their numbers, of which something gives a value always, and always but at the ends of the type. */
export interface Bounds {
  readonly always: ReadonlySet<number>;
  readonly butAtEnds: ReadonlySet<number>;
}

/** A number so small that only values at the very end of a type are too near to it. */
const SMALL_NUMBER = /^\d{1,4}(\.\d{1,4})?$/;

/** Of counting with a small number that the text spells out; undefined: it is something else. */
export function arithmeticBounds(operator: string, left: unknown, right: unknown): Bounds | undefined {
  const onRight = numberOf(right);
  const number = onRight ?? numberOf(left) ?? "";
  if (!SMALL_NUMBER.test(number)) return undefined;
  const isWhole = !number.includes(".");
  switch (operator) {
    case "+":
    case "-":
      return isWhole ? bounds([INT2], [INT4, INT8, NUMERIC, DATE]) : bounds([INT2, INT4, INT8], [NUMERIC]);
    case "*":
      return isWhole ? bounds([INT2], [NUMERIC]) : bounds([INT2, INT4, INT8], [NUMERIC]);
    case "/":
    case "%":
      return onRight !== undefined && Number(number) >= 1 ? bounds([INT2, INT4, INT8, NUMERIC], []) : undefined;
    default:
      return undefined;
  }
}

/** Of casts to these types. */
const casts: Readonly<Record<string, Bounds>> = {
  int4: bounds([INT2, INT4], []),
  int8: bounds([INT2, INT4, INT8], [NUMERIC]),
  numeric: bounds([INT2, INT4, INT8, NUMERIC], []),
  float8: bounds([INT2, INT4, INT8, FLOAT4, FLOAT8], [NUMERIC]),
  date: bounds([DATE, TIMESTAMP, TIMESTAMPTZ], []),
  timestamp: bounds([TIMESTAMP], [DATE, TIMESTAMPTZ]),
  timestamptz: bounds([TIMESTAMPTZ], [DATE, TIMESTAMP]),
};

/** Of a cast; undefined: of such a cast the value's type says nothing. */
export function castBounds(typeName: unknown): Bounds | undefined {
  if (!isTreeNode(typeName) || typeName["arrayBounds"] !== undefined || typeName["setof"] === true) return undefined;
  // so many digits may be too few
  if (listOf(typeName["typmods"]).length > 0) return undefined;
  const names = listOf(typeName["names"]).map(stringOf);
  const [schema, name = ""] = names.length === 1 ? ["pg_catalog", names[0]] : names;
  return schema === "pg_catalog" && Object.hasOwn(casts, name) ? casts[name] : undefined;
}

function bounds(always: readonly number[], butAtEnds: readonly number[]): Bounds {
  return { always: new Set(always), butAtEnds: new Set(butAtEnds) };
}
