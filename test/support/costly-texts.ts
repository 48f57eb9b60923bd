/** A table that the texts are about, with one column of numbers and one of texts. */
export interface CostlyTable {
  readonly table: string;
  readonly number: string;
  readonly text: string;
}

export interface CostlyText {
  readonly what: string;
  readonly sql: string;
}

const repeated = (text: string, times: number, between = ","): string => Array(times).fill(text).join(between);
const numbered = (times: number, text: (n: number) => string, between = ","): string =>
  Array.from({ length: times }, (_, n) => text(n)).join(between);

/** Texts that are made to cost whoever reads them more than they cost whoever writes them. */
export function costlyTexts({ table, number, text }: CostlyTable): readonly CostlyText[] {
  const doubled = numbered(40, (n) => `c${n + 1} as (select x.*, y.* from c${n} x, c${n} y)`);
  return [
    { what: "100,000 parentheses", sql: `select ${"(".repeat(100_000)}1${")".repeat(100_000)}` },
    { what: "450 parentheses", sql: `select ${"(".repeat(450)}1${")".repeat(450)}` },
    {
      what: "a chain of 100,000 operators",
      sql: `select ${repeated(number, 100_000, "+")} from ${table}`,
    },
    { what: "a chain of 4,000 operators", sql: `select ${repeated(number, 4_000, "+")} from ${table}` },
    {
      what: "a chain of 100,000 texts put together",
      sql: `select ${repeated(text, 100_000, "||")} from ${table}`,
    },
    {
      what: "100 chains of 10,000 operators",
      sql: `select ${repeated(repeated("1", 10_000, "+"), 100)}`,
    },
    { what: "400 KB of comments in comments", sql: `${"/*".repeat(100_000)}${"*/".repeat(100_000)} select 1` },
    {
      what: "400 KB of comments, eight deep",
      sql: `${repeated("/*".repeat(8) + "*/".repeat(8), 12_500, " ")} select 1`,
    },
    { what: "a literal of 10 MB", sql: `select length('${"x".repeat(10 * 1024 * 1024)}')` },
    { what: "10,000 literals of 1 KB", sql: `select ${repeated(`'${"x".repeat(1024)}'`, 10_000)}` },
    { what: "a JSON path of 5,000 steps", sql: `select ${number}${repeated("->'a'", 5_000, "")} from ${table}` },
    { what: "a JSON path of 300 steps", sql: `select ${number}${repeated("->'a'", 300, "")} from ${table}` },
    { what: "5,000 subscripts", sql: `select ${text}${"[1]".repeat(5_000)} from ${table}` },
    { what: "64,000 columns", sql: `select ${repeated(text, 64_000)} from ${table}` },
    { what: "4,900 columns", sql: `select ${repeated(text, 4_900)} from ${table}` },
    { what: "64,000 functions", sql: `select ${numbered(64_000, (n) => `f${n}()`)} from ${table}` },
    { what: "5,000 tables side by side", sql: `select 1 from ${numbered(5_000, (n) => `${table} p${n}`)} limit 1` },
    {
      what: "5,000 joins",
      sql: `select 1 from ${table} ${numbered(5_000, (n) => `join ${table} p${n} on p${n}.${number} = 1`, " ")} limit 1`,
    },
    {
      what: "390 natural joins",
      sql: `select * from ${table} ${numbered(390, (n) => `natural join ${table} p${n}`, " ")} limit 1`,
    },
    {
      what: "queries that double forty times",
      sql: `with c0 as (select * from ${table}), ${doubled} select * from c40`,
    },
    {
      what: "30,000 rows of values",
      sql: `insert into ${table} (${number}, ${text}) values ${numbered(30_000, (n) => `(${n}, 'x')`)}`,
    },
    {
      what: "20,000 conditions",
      sql: `select ${number} from ${table} where ${repeated(`${number} = '1'`, 20_000, " or ")}`,
    },
    { what: "5,000 unions", sql: repeated(`select ${text} from ${table}`, 5_000, " union ") },
    {
      what: "300 queries in queries",
      sql: `${"select * from (".repeat(300)}select * from ${table}${") q".repeat(300)}`,
    },
    { what: "1,000 statements", sql: repeated(`select ${text} from ${table}`, 1_000, ";") },
    {
      what: "1,000 statements of 10 functions",
      sql: numbered(1_000, (n) => `select ${numbered(10, (m) => `f${n}_${m}()`)}`, ";"),
    },
    { what: "700 statements", sql: repeated(`select ${text} from ${table}`, 700, ";") },
    { what: "20,000 statements", sql: repeated(`select ${text} from ${table}`, 20_000, ";") },
    {
      what: "3,000 statements of 100 columns",
      sql: repeated(`select ${repeated(text, 100)} from ${table}`, 3_000, ";"),
    },
  ];
}
