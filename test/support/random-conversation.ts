import fc from "fast-check";
import { send } from "./pg-client-messages.ts";

/** A random thing that a client does: one message, or the few that make a COPY. */
interface Move {
  readonly name: string;
  readonly messages: readonly Buffer[];
}

/** What a client sends in one go, and where its bytes are cut. */
export interface Conversation {
  readonly moves: readonly Move[];
  /** Sizes of the pieces, taken in turn. */
  readonly pieces: readonly number[];
}

const statementNames = ["", "a", "b"] as const;
const portalNames = ["", "p", "q", "c", "h"] as const;

const texts = [
  "select 1",
  "select id from t order by id limit 5",
  "select 1/0",
  "select $1::int",
  "",
  "selec",
  "insert into target values (1, 'x')",
  "insert into target select coalesce(max(id), 0) + 1, 'y' from target returning id",
  "insert into child values (1)",
  "select remark('hm')",
  "begin",
  "commit",
  "rollback",
  "savepoint s",
  "rollback to s",
  "declare c cursor for select id from t order by id limit 5",
  "declare h cursor with hold for select id from t order by id limit 5",
  "fetch 2 from c",
  "fetch 2 from p",
  "fetch all from h",
  "close c",
  "close all",
  "prepare a as select 'sql a'",
  "prepare b as insert into target values (2, 'b') returning v",
  "deallocate a",
  "deallocate all",
  "discard all",
  "notify n, 'x'",
  "listen n",
  "copy (select id from t order by id limit 3) to stdout",
] as const;

/** Only in a Query: in a Parse the gateway must know already what an EXECUTE runs, while the server looks later. */
const queries = [
  ...texts,
  "execute a",
  "execute b",
  "select 1; select 2",
  "begin; insert into target values (3, 'z'); select 1/0; commit",
  "select 1; insert into child values (2)",
  "begin; declare c cursor for select id from t order by id limit 5; fetch 1 from c",
  "prepare a as select 'other a'; execute a",
] as const;

const copyIn = "copy target from stdin";

const statement = fc.constantFrom(...statementNames);
const portal = fc.constantFrom(...portalNames);
const kind = fc.constantFrom("S" as const, "P" as const);

const moveKinds = {
  parse: fc
    .tuple(statement, fc.constantFrom(...texts))
    .map(([name, text]) => move(`Parse ${name}: ${text}`, send.parse(name, text))),
  bind: fc
    .tuple(portal, statement, fc.constantFrom([], ["7"], ["x"]))
    .map(([name, of, values]) => move(`Bind ${name} of ${of} (${values.join()})`, send.bind(name, of, { values }))),
  execute: fc
    .tuple(portal, fc.constantFrom(0, 1, 2))
    .map(([name, rows]) => move(`Execute ${name} ${rows}`, send.execute(name, rows))),
  describe: fc.tuple(kind, portal).map(([of, name]) => move(`Describe ${of} ${name}`, send.describe(of, name))),
  close: fc
    .tuple(kind, fc.constantFrom("", "a", "b", "p", "c"))
    .map(([of, name]) => move(`Close ${of} ${name}`, send.close(of, name))),
  run: fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom(0, 2))
    .map(([text, rows]) =>
      move(`Run ${text} ${rows}`, send.parse("", text), send.bind("", ""), send.execute("", rows)),
    ),
  sync: fc.constant(move("Sync", send.sync())),
  flush: fc.constant(move("Flush", send.flush())),
  query: fc.constantFrom(...queries).map((text) => move(`Query ${text}`, send.query(text))),
  copy: fc
    .record({
      begin: fc.constantFrom(
        move("COPY", send.query(copyIn)),
        move("COPY among others", send.query(`select 1; ${copyIn}; select 2`)),
        move("COPY extended", send.parse("", copyIn), send.bind("", ""), send.execute("")),
        move("COPY extended, Sync", send.parse("k", copyIn), send.bind("k", "k"), send.execute("k"), send.sync()),
      ),
      data: fc.array(fc.constantFrom("10\tx\n", "11\t", "y\n", "bad\n", ""), { maxLength: 4 }),
      end: fc.constantFrom(move("done", send.copyDone()), move("fail", send.copyFail("no"))),
    })
    .map(({ begin, data, end }) =>
      move(
        `${begin.name} ${JSON.stringify(data)} ${end.name}`,
        ...begin.messages,
        ...data.map((text) => send.copyData(text)),
        ...end.messages,
      ),
    ),
};

/** Any sequence of the messages that a client may send, most of which make some sense. */
export const conversations: fc.Arbitrary<Conversation> = fc.record({
  moves: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: moveKinds.parse },
      { weight: 6, arbitrary: moveKinds.bind },
      { weight: 7, arbitrary: moveKinds.execute },
      { weight: 2, arbitrary: moveKinds.describe },
      { weight: 2, arbitrary: moveKinds.close },
      { weight: 5, arbitrary: moveKinds.run },
      { weight: 6, arbitrary: moveKinds.sync },
      { weight: 2, arbitrary: moveKinds.flush },
      { weight: 7, arbitrary: moveKinds.query },
      { weight: 2, arbitrary: moveKinds.copy },
    ),
    { minLength: 1, maxLength: 30, size: "max" },
  ),
  pieces: fc.array(fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 6 }),
});

/** The bytes in their pieces. */
export function piecesOf({ moves, pieces }: Conversation): readonly Buffer[] {
  const bytes = Buffer.concat(moves.flatMap(({ messages }) => messages));
  const cut: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = pieces[turn % pieces.length] ?? bytes.length;
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

/** Told by its name in a counterexample. */
function move(name: string, ...messages: readonly Buffer[]): Move {
  return Object.assign({ name, messages }, { [fc.toStringMethod]: () => name });
}
