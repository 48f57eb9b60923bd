import { send } from "../../support/pg-client-messages.ts";

/** Messages that are sent at once, and the number of ReadyForQuery that answer them. */
export interface Step {
  readonly send: readonly Buffer[];
  readonly ready: number;
}

/** What one client does on one connection; each step begins when the one before is answered. */
export interface Script {
  readonly name: string;
  readonly steps: readonly Step[];
}

export const script = (name: string, ...steps: readonly Step[]): Script => ({ name, steps });

/** A step that is answered as often as it holds a Query or a Sync. */
export function step(...messages: readonly Buffer[]): Step {
  const asks = messages.filter((message) => message[0] === 0x51 || message[0] === 0x53);
  return { send: messages, ready: asks.length };
}

/** A step of which the server skips or ignores some. */
export const answered = (ready: number, ...messages: readonly Buffer[]): Step => ({ send: messages, ready });

export const query = (text: string): Step => step(send.query(text));

/** Parse, Bind, Describe, Execute, as most drivers send them. */
export function extended(text: string, ...values: readonly (string | null)[]): readonly Buffer[] {
  return [send.parse("", text), send.bind("", "", { values }), send.describe("P", ""), send.execute("")];
}

/** What the scripts work on. */
export const schema = `
  create table t (id int primary key, v text not null);
  create table target (id int primary key, v text);
  create table parent (id int primary key);
  create table child (id int references parent deferrable initially deferred);
  create type mood as enum ('sad', 'glad');
  create function remark(what text) returns text language plpgsql as $$ begin raise notice 'remark: %', what; return what; end $$;
  create function cursor_of(name refcursor) returns refcursor language plpgsql
    as $$ begin open name for select id from t order by id; return name; end $$;
`;

/** Puts the tables back to where a script begins. */
export const reset = `
  drop table if exists made;
  truncate t, target, parent, child;
  insert into t select i, 'row ' || i from generate_series(1, 50) i;
`;
