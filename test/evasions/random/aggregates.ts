import type { ValueType } from "./relations.ts";

/** An aggregate call; `$key` in its arguments stands for what the group is by. */
export interface Aggregate {
  readonly call: string;
  readonly args: string;
  readonly cast: string;
  readonly result: ValueType;
}

const asJson: Aggregate = { call: "jsonb_agg", args: " order by $key", cast: "", result: "json" };
const ofNumbers: readonly [Aggregate, ...Aggregate[]] = [
  { call: "sum", args: "", cast: "::numeric", result: "numeric" },
  { call: "avg", args: "", cast: "::numeric", result: "numeric" },
  { call: "max", args: "", cast: "::numeric", result: "numeric" },
  asJson,
];

/** What the values of a group may become. */
export const aggregates: Readonly<Record<ValueType, readonly [Aggregate, ...Aggregate[]]>> = {
  text: [
    { call: "string_agg", args: ", ',' order by $key", cast: "", result: "text" },
    { call: "array_agg", args: " order by $key", cast: "", result: "texts" },
    { call: "min", args: "", cast: "", result: "text" },
    { call: "max", args: "", cast: "", result: "text" },
    asJson,
  ],
  int: ofNumbers,
  numeric: ofNumbers,
  date: [{ call: "max", args: "", cast: "", result: "date" }, asJson],
  json: [asJson],
  texts: [asJson],
};
