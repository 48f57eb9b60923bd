/** What the random expressions tell apart. */
export type ValueType = "int" | "numeric" | "text" | "date" | "json" | "texts";

/** A column, or an expression that can be named. */
export interface Column {
  readonly name: string;
  readonly type: ValueType;
  readonly isMasked: boolean;
  /** Not the value of an expression, which must not be compared where it is masked. */
  readonly isStored: boolean;
}

/** A relation of the cases' schema that the principal may read; the first column is unmasked and tells the rows apart. */
export interface Relation {
  readonly name: string;
  readonly columns: readonly [Column, ...Column[]];
}

const open = (name: string, type: ValueType): Column => ({ name, type, isMasked: false, isStored: true });
const masked = (name: string, type: ValueType): Column => ({ name, type, isMasked: true, isStored: true });

/** All but what a detector looks into, whose rows differ from the server's though no column is masked. */
export const relations: readonly [Relation, ...Relation[]] = [
  {
    name: "public.customers",
    columns: [
      open("id", "int"),
      open("name", "text"),
      open("city", "text"),
      open("visits", "int"),
      masked("email", "text"),
      masked("phone", "text"),
      masked("ssn", "text"),
      masked("card", "text"),
      masked("born", "date"),
      masked("balance", "numeric"),
      masked("score", "int"),
      masked("tags", "texts"),
      masked("profile", "json"),
    ],
  },
  {
    name: "orders",
    columns: [open("id", "int"), open("customer_id", "int"), open("total", "numeric")],
  },
  { name: "events", columns: [open("at", "date"), open("kind", "text"), masked("ip", "text")] },
  { name: "events_2026", columns: [open("at", "date"), open("kind", "text"), masked("ip", "text")] },
  { name: "base_people", columns: [open("id", "int"), open("nick", "text"), masked("secret", "text")] },
  { name: "vip_people", columns: [open("id", "int"), open("perk", "text"), masked("secret", "text")] },
  { name: "v_plain", columns: [open("id", "int"), open("name", "text"), open("city", "text")] },
  { name: "v_mail", columns: [open("id", "int"), masked("contact", "text")] },
  { name: "v_deep", columns: [open("id", "int"), masked("shout", "text")] },
];
