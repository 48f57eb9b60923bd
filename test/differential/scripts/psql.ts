/** What psql's commands look at. */
export const psqlSchema = `
  create table customers (
    id int primary key, name text not null default 'nobody', mail text unique, since date, worth numeric(10, 2) check (worth >= 0)
  );
  comment on table customers is 'who buys';
  insert into customers select i, 'name ' || i, i || '@example.com', date '2020-01-01' + i, i * 1.5 from generate_series(1, 40) i;
  create index by_since on customers (since desc) where worth > 10;
  create table orders (id bigserial primary key, customer int references customers, placed timestamptz default '2024-05-06 07:08Z');
  create table parts (id int, region text) partition by list (region);
  create table parts_eu partition of parts for values in ('eu');
  create view rich as select id, name from customers where worth > 50;
  create materialized view regions as select 'eu' as region, 1 as n;
  create type mood as enum ('sad', 'glad');
  create domain amount as numeric check (value > 0);
  create schema other;
  create table other.things (a int, b text collate "C", c int generated always as (a + 1) stored);
  create function twice(n int) returns int language sql immutable as 'select n * 2';
  create procedure nothing() language plpgsql as $$ begin raise notice 'nothing done'; end $$;
  create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger touched before update on orders for each row execute function touch();
  create rule keep as on delete to parts do instead nothing;
  create sequence watched;
  create policy own on customers using (id > 0);
  grant select on customers to public;
`;

/** Scripts for psql by what they show. `FOLDER` stands for a folder that may be written to. */
export const psqlScripts: Readonly<Record<string, string>> = {
  "describing what there is": `
\\d
\\d+
\\d customers
\\d+ customers
\\d+ rich
\\d+ parts
\\d+ orders
\\d+ other.*
\\dt
\\dt+ *.things
\\df
\\df+ twice
\\df pg_catalog.abs
\\dv
\\dm
\\di+
\\ds
\\dn+
\\dT+
\\dD
\\du+
\\dp customers
\\ddp
\\dy
\\dx
\\dL
\\dc
\\dC
\\dd
\\dO
\\dA
\\dF
\\dg
\\db
\\dRp
\\dconfig work_mem
\\l
\\sf twice
\\sv rich
\\z other.*
\\d missing
\\lo_list
`,
  "showing results in every way": `
select * from customers limit 3 \\gx
select name, worth from customers order by id limit 2 \\g (format=unaligned)
select 1 as one, null as two, now() is null as three \\gdesc
select id as chosen from customers where id = 7 \\gset my_
\\echo :my_chosen
select format('select %s as made', i) from generate_series(1, 3) i \\gexec
select since, id % 3 as third, count(*) from customers where id < 5 group by 1, 2 order by 1, 2 \\crosstabview
\\pset null '(null)'
\\x
select null, 'a' as b;
\\x
\\a
table rich;
\\a
\\H
select '<b>';
\\H
select 1; select 2; select 3 \\; select 4;
\\t on
select :'my_chosen', :"my_chosen" from (select 1 as "7") x;
\\t off
select 1 / (3 - nextval('watched')) as left \\watch 0.05
`,
  "errors and their details": `
select 1/0;
\\errverbose
selec 1;
\\set VERBOSITY verbose
insert into customers values (1, 'twice');
insert into orders (customer) values (9999);
select 'x'::int;
call nothing();
do $$ begin raise exception 'own %', 'error' using detail = 'a detail', hint = 'a hint', errcode = 'P0042'; end $$;
\\set SHOW_CONTEXT always
do $$ begin perform 1/0; end $$;
\\set VERBOSITY sqlstate
select 1/0;
\\set VERBOSITY terse
select * from missing;
\\set ECHO errors
select missing from customers;
`,
  transactions: `
\\set AUTOCOMMIT off
select count(*) from customers;
insert into other.things values (1, 'one');
commit;
insert into other.things values (2, 'two');
rollback;
\\set AUTOCOMMIT on
\\set ON_ERROR_ROLLBACK on
begin;
insert into other.things values (3, 'three');
select 1/0;
insert into other.things values (4, 'four');
commit;
\\set ON_ERROR_ROLLBACK off
begin;
select 1/0;
select 1;
end;
select a, b, c from other.things order by a;
begin \\; select 1 \\; select 1/0 \\; select 2 \\; commit;
rollback;
prepare p(int) as select name from customers where id = $1;
execute p(3);
deallocate p;
begin; declare c scroll cursor for select id from customers order by id; fetch 3 from c; fetch backward 1 from c; move last in c; close c; end;
\\set FETCH_COUNT 7
select id, name from customers order by id;
select 10 / (id - 20) from customers order by id;
\\unset FETCH_COUNT
\\set ON_ERROR_STOP on
select 1/0;
select 'never';
`,
  "copying in and out": `
\\copy customers to FOLDER/customers.txt
\\copy (select id, name from customers order by id) to FOLDER/names.csv with (format csv, header)
\\copy other.things (a, b) from FOLDER/names.csv with (format csv, header)
select count(*), sum(c), max(b) from other.things;
copy (select * from customers order by id limit 2) to stdout;
copy other.things (a, b) from stdin;
1000	a thousand
1001	\\N
\\.
copy other.things (a, b) from stdin;
bad	row
\\.
copy missing from stdin;
\\.
\\copy other.things (a, b) from program 'seq 5 | sed "s/$/\\tx/"'
\\copy missing to FOLDER/nothing.txt
select count(*) from other.things;
`,
  listening: `
listen news;
notify news, 'first';
notify news;
begin; notify news, 'second'; rollback;
select pg_notify('news', 'third');
unlisten news;
notify news, 'unheard';
`,
  "connecting anew": `
select 1;
\\c
select current_setting('server_version_num')::int > 0;
set search_path = other;
\\d
reset all;
discard all;
\\encoding
`,
};
