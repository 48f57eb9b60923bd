import { send } from "../../support/pg-client-messages.ts";
import { answered, extended, query, script, step, type Script } from "./script.ts";

const { copyData, copyDone, copyFail, sync, flush } = send;
const copy = send.query("copy target from stdin");
const rows = copyData("1\tone\n2\ttwo\n");
const count = query("select count(*), min(id), max(id) from target");
const copyExtended = [
  send.parse("", "copy target from stdin"),
  send.bind("", ""),
  send.describe("P", ""),
  send.execute(""),
];

/** COPY both ways, and everything that can go wrong on its way. */
export const copyScripts: readonly Script[] = [
  script(
    "COPY TO in all formats",
    query("copy t to stdout"),
    query("copy t to stdout (format csv, header)"),
    query("copy t to stdout (format binary)"),
    query("copy (select 1 where false) to stdout"),
    step(...extended("copy t (v) to stdout"), sync()),
  ),
  script(
    "COPY TO that fails on its way",
    query("copy (select 10 / (id - 40) from t order by id) to stdout"),
    step(...extended("copy (select 10 / (id - 40) from t order by id) to stdout"), ...extended("select 1"), sync()),
  ),
  script("COPY FROM", step(copy, rows, copyDone()), step(copy, copyDone()), count),
  script(
    "COPY FROM cut anywhere",
    step(copy, copyData("1\to"), copyData("ne\n"), copyData(""), copyData("2"), copyData("\ttwo"), copyDone()),
    count,
  ),
  script("COPY FROM with an end mark", step(copy, copyData("1\tone\n\\.\n"), copyDone()), count),
  script(
    "COPY FROM csv",
    step(
      send.query("copy target from stdin (format csv, header match)"),
      copyData('id,v\n1,"a ""b"", c"\n2,\n'),
      copyDone(),
    ),
    query("select * from target"),
  ),
  script(
    "COPY FROM given up",
    step(copy, rows, copyFail("changed my mind")),
    count,
    step(copy, copyFail("")),
    query("select 1"),
  ),
  script(
    "COPY FROM with bad data",
    answered(1, copy, copyData("1\tone\nx\ttwo\n"), copyData("3\tthree\n"), copyDone()),
    count,
  ),
  script(
    "COPY FROM with a bad header",
    answered(1, send.query("copy target from stdin (format binary)"), copyData("not a signature"), copyDone()),
    count,
  ),
  script(
    "COPY FROM with much behind the bad data",
    answered(
      1,
      copy,
      copyData("x\n"),
      ...Array.from({ length: 200 }, () => copyData(`${"9\t".repeat(2_000)}\n`)),
      copyFail("too late"),
    ),
    count,
  ),
  script(
    "COPY data that nobody asked for",
    answered(0, copyData("1\tone\n"), copyDone(), copyFail("no")),
    query("select 1"),
  ),
  script(
    "COPY from a table that is not there",
    answered(1, send.query("copy missing from stdin"), rows, copyDone()),
    count,
  ),
  script("COPY FROM with Flush and Sync in it", answered(1, copy, flush(), sync(), rows, flush(), copyDone()), count),
  script("COPY FROM in the extended protocol", answered(1, ...copyExtended, rows, copyDone(), sync()), count),
  script(
    "COPY FROM as libpq sends it",
    answered(0, ...copyExtended, sync()),
    answered(1, rows, copyDone(), sync()),
    count,
  ),
  script(
    "COPY FROM in the extended protocol, with bad data",
    answered(
      1,
      ...copyExtended,
      copyData("x\n"),
      rows,
      copyDone(),
      ...extended("insert into target values (5, 'must not be')"),
      sync(),
    ),
    count,
  ),
  script(
    "COPY FROM in the extended protocol, given up",
    answered(1, ...copyExtended, rows, copyFail("no"), ...extended("select 1"), sync()),
    count,
  ),
  script(
    "COPY FROM behind an error",
    answered(1, send.bind("", "missing"), ...copyExtended, rows, copyDone(), sync()),
    count,
  ),
  script(
    "COPY FROM and more in one segment",
    answered(
      1,
      ...extended("insert into target values (0, 'zero')"),
      ...copyExtended,
      rows,
      copyDone(),
      ...extended("insert into target values (3, 'three')"),
      sync(),
    ),
    count,
  ),
  script(
    "COPY FROM within several statements",
    answered(
      1,
      send.query(
        "insert into target values (0, 'x'); copy target from stdin; select count(*) from target; copy target from stdin; select 2",
      ),
      rows,
      copyDone(),
      copyData("3\tthree\n"),
      copyDone(),
    ),
    count,
  ),
  script(
    "COPY FROM behind a statement that fails",
    answered(1, send.query("select 1/0; copy target from stdin"), rows, copyDone()),
    count,
  ),
  script(
    "COPY FROM and queries right behind it",
    answered(3, copy, rows, copyDone(), send.query("select 1"), ...extended("select 2"), sync()),
    count,
  ),
  script(
    "COPY FROM, failed, and queries right behind it",
    answered(3, copy, copyData("x\n"), copyDone(), send.query("select 1"), ...extended("select 2"), sync()),
    count,
  ),
  script(
    "COPY FROM in a transaction",
    query("begin"),
    step(copy, rows, copyDone()),
    query("savepoint a"),
    answered(1, copy, rows, copyDone()),
    query("rollback to a"),
    step(copy, copyData("3\tx\n"), copyDone()),
    query("commit"),
    count,
  ),
  script(
    "COPY FROM in a transaction that has failed",
    query("begin"),
    query("select 1/0"),
    answered(1, copy, rows, copyDone()),
    query("rollback"),
    count,
  ),
];
