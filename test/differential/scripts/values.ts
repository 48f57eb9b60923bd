import { send } from "../../support/pg-client-messages.ts";
import { extended, query, script, step, type Script } from "./script.ts";

const MAX_PARAMETERS = 65_535;
const { parse, bind, execute, describe, sync } = send;
const large = "äbc".repeat(1_250_000);

/** Values of every kind and size. */
export const valueScripts: readonly Script[] = [
  script(
    "as many parameters as there can be",
    step(
      parse("", `select count(x) from unnest(array[$${MAX_PARAMETERS}::int]) x`),
      describe("S", ""),
      bind("", "", { values: Array.from({ length: MAX_PARAMETERS }, () => null) }),
      execute(""),
      sync(),
    ),
  ),
  script(
    "a row of as many columns as there can be",
    query(`select ${Array.from({ length: 1_664 }, (_, at) => at).join(", ")}`),
    query(`select ${Array.from({ length: 1_665 }, (_, at) => at).join(", ")}`),
  ),
  script(
    "a value of 5 MB both ways",
    step(...extended("select $1::text, length($1::text)", large), sync()),
    query("select repeat('x', 5000000)"),
    step(...extended("insert into target values (1, $1)", large), ...extended("select v from target"), sync()),
  ),
  script(
    "an error that quotes much",
    query(`select '${"x".repeat(100_000)}'::int`),
    step(...extended("select $1::int", "y".repeat(100_000)), sync()),
  ),
  script(
    "a text of 200 kB",
    query(`select ${"1 + ".repeat(120)}1 /* ${"-".repeat(200_000)} */`),
    step(...extended(`select 'a' -- ${"x".repeat(100_000)}`), sync()),
  ),
  script(
    "types of many kinds",
    query(
      "select 1::int2, 2::int8, 1.5::numeric, 'NaN'::float8, true, null, 'glad'::mood, '{1,2}'::int[], '(1,x)'::t, '\\x00ff'::bytea, '{\"a\": 1}'::jsonb, '2020-02-29'::date, '1 mon'::interval, '::1'::inet, int4range(1, 5), '<a/>'::xml::text",
    ),
  ),
  script(
    "the same in binary",
    step(
      parse(
        "",
        "select 1::int2, 2::int8, 1.5::numeric, 'NaN'::float8, true, null, 'glad'::mood, '{1,2}'::int[], '\\x00ff'::bytea, '{\"a\": 1}'::jsonb, '2020-02-29'::date",
      ),
      bind("", "", { resultFormats: [1] }),
      describe("P", ""),
      execute(""),
      sync(),
    ),
  ),
  script(
    "bytes that are no UTF-8",
    step(parse("s", "select $1::text"), bind("", "s", { values: [Buffer.from([0xff, 0xfe])] }), execute(""), sync()),
    step(
      parse("b", "select $1::bytea"),
      bind("", "b", { values: [Buffer.from([0xff, 0, 1])], formats: [1], resultFormats: [1] }),
      execute(""),
      sync(),
    ),
  ),
  script(
    "everything EXPLAIN and SHOW",
    query("explain (costs off) select * from t where id = 1"),
    query("explain (costs off, format json) select 1"),
    query("show server_version"),
    step(...extended("explain (costs off) select 1"), sync()),
  ),
];
