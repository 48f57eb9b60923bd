import type { MysqlCommand } from "../../support/mysql-commands.ts";

/** What a client does, command by command. */
export interface MysqlScript {
  readonly name: string;
  readonly commands: readonly MysqlCommand[];
  /** What the server gets where it asks for a file. */
  readonly file?: string;
  /** Left out: both. */
  readonly only?: "mysql" | "mariadb";
  /** The server hangs up behind the last command: whether what is sent then still reaches it, nobody can say. */
  readonly endsSession?: true;
  /** What has to be negotiated, or servers leave it open what they say. */
  readonly needs?: number;
}

/** What no script changes. */
export const fixture = `
  create table many (n int primary key);
  insert into many select a.n + 10 * b.n from
    (select 0 as n union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9) a,
    (select 0 as n union select 1 union select 2 union select 3 union select 4 union select 5 union select 6 union select 7 union select 8 union select 9) b;
  create table kinds (
    i1 tinyint, u1 tinyint unsigned, i2 smallint, i3 mediumint, i4 int, i8 bigint, u8 bigint unsigned,
    f4 float, f8 double, d decimal(30, 10), b1 bit(12), y year, dt date, t time(6), ts datetime(6), tz timestamp(3) null,
    c char(5), v varchar(50), bin binary(4), vb varbinary(50), tx mediumtext, bl mediumblob, e enum('x', 'y'), s set('p', 'q', 'r'), j json);
  insert into kinds values
    (-128, 255, -32768, -8388608, -2147483648, -9223372036854775808, 18446744073709551615,
     1.5, -2.25e100, 12345678901234567890.0123456789, b'101010101010', 2024, '2024-02-29', '-838:59:58.123456', '2024-02-29 12:34:56.789012', '2001-02-03 04:05:06.789',
     'ab', 'zwölf 😀', x'00ff', x'', repeat('x', 70000), repeat(x'00', 300), 'y', 'p,r', '{"a": [1, null]}'),
    (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1901, '1000-01-01', '0:0:0', '1000-01-01 00:00:00', null, '', '', '', '', '', '', 'x', '', '[]');
  create procedure two_results(n int) begin select n; select name from goods where id <= n order by id; end;
  create procedure gives_back(in n int, out m int, inout k int) begin set m = n + 1; set k = k * 2; select 'in it'; end;
  create procedure fails_late() begin select 1; signal sqlstate '45000' set message_text = 'too late', mysql_errno = 4242; end`;

/** What every script finds; made anew before each. */
export const reset = `
  drop table if exists child, goods, loaded;
  create table goods (id int primary key auto_increment, name varchar(40) not null, price decimal(10, 2), note text) engine=innodb;
  insert into goods (name, price, note) values ('bread', 2.50, null), ('wine', 12.00, 'red'), ('zwölf 😀', 0.01, '');
  create table child (id int primary key, goods int, foreign key (goods) references goods (id)) engine=innodb;
  create table loaded (a int, b varchar(40))`;
