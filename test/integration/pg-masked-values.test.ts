import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { copyCsvForm, copyTextForm, type CopyForm } from "@sallyport/protocol-pg/masker/copy-form";
import { copyMaskerOf, rowMaskerOf } from "@sallyport/protocol-pg/masker/testing/body-maskers";
import { card, parts, planOf, valuesOf, whole } from "@sallyport/protocol-pg/masker/testing/plans";
import { wireTypeOf } from "@sallyport/protocol-pg/masker/wire-types";
import {
  decodeRowDescription,
  type ColumnDescription,
  type WireFormat,
} from "@sallyport/protocol-pg/messages/row-description";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Mask } from "@sallyport/shared/masks/mask";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import pg from "pg";
import { from, to } from "pg-copy-streams";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/pg-client-messages.ts";
import { CLUSTER_TEMPLATE } from "../support/state-server.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

const CARD = "4111111111111111";

/** A type, a value of it, and what `redact` shows; null: NULL. */
const types: readonly (readonly [type: string, value: string, redacted: string | null])[] = [
  ["bool", "true", "f"],
  ["int2", "-12345", "0"],
  ["int4", "-1234567890", "0"],
  ["int8", "-1234567890123456789", "0"],
  ["oid", "123456", "0"],
  ["xid8", "123456", "0"],
  ["float4", "1.25e10", "0"],
  ["float8", "-1.25e100", "0"],
  ["numeric", "1234567890.123456789", "0"],
  ["numeric", "NaN", "0"],
  ["money", "123.45", "$0.00"],
  ["text", "secret", "[redacted]"],
  ["varchar(6)", "secret", "[redacted]"],
  ["char(8)", "secret", "[redacted]"],
  ["name", "secret", "[redacted]"],
  ['"char"', "s", "*"],
  ["xml", "<a>secret</a>", "[redacted]"],
  ["json", '{"a": "secret"}', '"[redacted]"'],
  ["jsonb", '{"a": "secret"}', '"[redacted]"'],
  ["jsonpath", "$.secret", "$"],
  ["bytea", String.raw`\x736563726574`, String.raw`\x`],
  ["uuid", "b5394111-1111-4111-8111-8e2b5c1f0000", "00000000-0000-0000-0000-000000000000"],
  ["date", "1984-05-06", "1970-01-01"],
  ["time", "12:34:56.789", "00:00:00"],
  ["timetz", "12:34:56.789+05", "00:00:00+00"],
  ["timestamp", "1984-05-06 12:34:56", "1970-01-01 00:00:00"],
  ["timestamptz", "1984-05-06 12:34:56+00", "1970-01-01 00:00:00+00"],
  ["interval", "1 year 2 days 03:04:05", "00:00:00"],
  ["inet", "192.168.1.5/24", "0.0.0.0"],
  ["cidr", "192.168.1.0/24", "0.0.0.0/0"],
  ["macaddr", "08:00:2b:01:02:03", "00:00:00:00:00:00"],
  ["macaddr8", "08:00:2b:01:02:03:04:05", "00:00:00:00:00:00:00:00"],
  ["bit(8)", "10101010", "0"],
  ["varbit", "10101", ""],
  ["pg_lsn", "16/B374D848", "0/0"],
  ["tsvector", "secret:1A words:2", ""],
  ["tsquery", "secret & words", "'redacted'"],
  ["point", "(1,2)", null],
  ["box", "(3,4),(1,2)", null],
  ["circle", "<(1,2),3>", null],
  ["int4range", "[5,9)", "empty"],
  ["numrange", "(1.5,)", "empty"],
  ["tsrange", "[1984-05-06,1985-01-01)", "empty"],
  ["tstzrange", "[1984-05-06,1985-01-01)", "empty"],
  ["daterange", "[1984-05-06,1985-01-01)", "empty"],
  ["int8range", "[5,9)", "empty"],
  ["int4multirange", "{[1,2),[5,9)}", "{}"],
  ["nummultirange", "{(1.5,)}", "{}"],
  ["tsmultirange", "{[1984-05-06,1985-01-01)}", "{}"],
  ["tstzmultirange", "{[1984-05-06,1985-01-01)}", "{}"],
  ["datemultirange", "{[1984-05-06,1985-01-01)}", "{}"],
  ["int8multirange", "{[5,9)}", "{}"],
  ["text[]", '{secret,"b,c",NULL,"q\\"\\\\"}', "{}"],
  ["text[]", "[2:3][1:1]={{secret},{b}}", "{}"],
  ["varchar[]", "{secret}", "{}"],
  ["int4[]", "{1,2}", "{}"],
  ["jsonb[]", '{"{\\"a\\": 1}"}', "{}"],
  ["uuid[]", "{b5394111-1111-4111-8111-8e2b5c1f0000}", "{}"],
  ["date[]", "{1984-05-06}", "{}"],
  ["int4range[]", '{"[1,5)"}', "{}"],
  ["postal_code", "12345", "[redacted]"],
  ["mood", "sad", null],
  ["mood[]", "{sad}", null],
  ["address", '("Main St",12345)', null],
  ["hstore", '"a"=>"secret"', null],
  ["citext", "Secret", null],
];
const formats = ["text", "binary"] as const;
const masks: readonly Mask[] = [
  { kind: "redact" },
  { kind: "null" },
  { kind: "partial", keepLast: 2 },
  { kind: "email" },
  { kind: "hash" },
  { kind: "format" },
];

let folder: string;
let server: PostgresServer;
let client: pg.Client;
let wire: WireClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-masked-values-"));
  server = await startPostgresServer({ folder: join(folder, "server"), template: CLUSTER_TEMPLATE, durable: false });
  client = new pg.Client(server.url);
  await client.connect();
  await client.query(`
    alter role all set timezone = 'UTC';
    create extension hstore;
    create extension citext;
    create domain postal_code as text;
    create type mood as enum ('sad', 'happy');
    create type address as (street text, code int);
  `);
  wire = await WireClient.connect(sideOf("direct", server.url));
});

afterAll(async () => {
  await wire[Symbol.asyncDispose]();
  await client.end();
  await server.stop();
  await rm(folder, { recursive: true });
});

describe("a masked value", () => {
  it.each(types)("of %s such as %s is %j when redacted", async (type, value, redacted) => {
    for (const format of formats) {
      const masked = await maskOne({ type, value, format }, planOf({ columns: [whole({ kind: "redact" })] }));
      expect(masked === null ? null : await asText(type, masked, format)).toBe(
        redacted === null ? null : await asText(type, Buffer.from(redacted), "text"),
      );
    }
  });

  it.each(types)(
    "of %s such as %s is one that the server takes, under every mask and in both formats",
    async (type, value) => {
      for (const mask of masks) {
        const shown: (string | null)[] = [];
        for (const format of formats) {
          const masked = await maskOne({ type, value, format }, planOf({ columns: [whole(mask)] }));
          shown.push(masked === null ? null : await asText(type, masked, format));
        }
        expect(shown[1]).toBe(shown[0]);
        expect(shown[0]).not.toBe(value);
        expect(shown[0] ?? "").not.toContain("secret");
        expect(shown[0] ?? "").not.toContain("1984-05");
        if (mask.kind === "null") expect(shown[0]).toBeNull();
      }
    },
  );

  it.each(["json", "jsonb"])("of %s is masked in parts", async (type) => {
    for (const format of formats) {
      const value = '{"a": [{"m": "x", "n": 1e100}], "b": 0.10}';
      const masked = await maskOne({ type, value, format }, planOf({ columns: [parts(["a", "*", "m"])] }));
      expect(await asText("jsonb", Buffer.from(await asText(type, masked, format)), "text")).toBe(
        await asText("jsonb", Buffer.from(value.replace('"x"', '"[redacted]"')), "text"),
      );
    }
  });

  it.each([
    ["text", `pay ${CARD}`, "pay [redacted]"],
    ["varchar(60)", "pay 4111 1111-1111 1111", "pay [redacted]"],
    ["char(30)", `pay ${CARD}`, "pay [redacted]"],
    ["name", `pay ${CARD}`, "pay [redacted]"],
    ["xml", `<a>${CARD}</a>`, "<a>[redacted]</a>"],
    ["json", `{"a": "${CARD}", "b": ${CARD}}`, '{"a": "[redacted]", "b": 0}'],
    ["jsonb", `{"a": "pay ${CARD}", "${CARD}": 1}`, '{"a": "pay [redacted]", "[redacted]": 1}'],
    ["int8", CARD, "0"],
    ["numeric", `-${CARD}.50`, "0"],
    ["tsvector", `pay:1 ${CARD}:2`, ""],
    ["text[]", `{a,"pay ${CARD}",NULL}`, '{a,"pay [redacted]",NULL}'],
    ["int8[]", `{1,${CARD},NULL}`, "{1,0,NULL}"],
    ["numeric[]", `{{1},{${CARD}}}`, "{{1},{0}}"],
    ["jsonb[]", `{"{\\"a\\": \\"${CARD}\\"}"}`, '{"{\\"a\\": \\"[redacted]\\"}"}'],
  ])("of %s is sought in %s", async (type, value, expected) => {
    for (const format of formats) {
      const masked = await maskOne({ type, value, format }, planOf({ find: [card] }));
      expect(await asText(type, masked, format)).toBe(expected);
    }
  });

  it.each([
    ["address", `("pay ${CARD}",5)`, '("pay [redacted]",5)'],
    ["address[]", `{"(\\"pay ${CARD}\\",5)"}`, '{"(\\"pay [redacted]\\",5)"}'],
    ["hstore", `"a"=>"${CARD}", "b"=>NULL`, '"a"=>"[redacted]", "b"=>NULL'],
    ["citext", `Pay ${CARD}`, "Pay [redacted]"],
  ])("of somebody's type %s is sought in %s", async (type, value, expected) => {
    const plan = planOf({ find: [card] });
    expect(await asText(type, await maskOne({ type, value, format: "text" }, plan), "text")).toBe(expected);
    expect(await maskOne({ type, value, format: "binary" }, plan)).toBeNull();
  });

  it("is of the array type that the server has", async () => {
    const { rows } = await client.query<{ oid: number; typname: string; typarray: number; typelem: number }>(
      "select oid::int, typname, typarray::int, typelem::int from pg_type where oid < 16384 and typcategory = 'A' and typlen = -1 and typelem <> 0",
    );
    const wrong = rows.filter(({ oid, typelem }) => ![undefined, typelem].includes(wireTypeOf(oid).element));
    expect(wrong).toEqual([]);
    const known = new Set(
      rows.filter(({ oid }) => wireTypeOf(oid).element !== undefined).map(({ typelem }) => typelem),
    );
    const scalars = await client.query<{ oid: number; typname: string }>(
      "select oid::int, typname from pg_type where oid < 16384 and typarray <> 0 and typtype <> 'c'",
    );
    const left = scalars.rows.filter(({ oid }) => wireTypeOf(oid).kind !== "opaque" && !known.has(oid));
    expect(left.map(({ typname }) => typname)).toEqual([]);
  });
});

describe("a masked COPY", () => {
  const forms: readonly (readonly [options: string, form: CopyForm])[] = [
    ["format text", copyTextForm],
    ["format text, delimiter '[', null 'x', header", { ...copyTextForm, delimiter: "[", nullText: "x", header: true }],
    ["format csv", copyCsvForm],
    [
      String.raw`format csv, delimiter ';', null '?', quote '''', escape '\', header, force_quote *`,
      { format: "csv", delimiter: ";", nullText: "?", quote: "'", escape: "\\", header: true },
    ],
    ["format binary", { format: "binary" }],
  ];

  it.each(forms)("with (%s) is read back by the server", async (options, form) => {
    await client.query("drop table if exists source, sink");
    await client.query(String.raw`
      create table source (id int, email text, note text, tags text[], profile jsonb, born date);
      create table sink (like source);
      insert into source values
        (1, 'ann@example.com', E'tab\t newline\n quote" back\\slash; ''e''', '{a,"b,c"}', '{"tax": "x", "a": 1}', '1984-05-06'),
        (2, null, null, null, null, null),
        (3, '', '', '{}', '{}', '1984-05-06'),
        (4, 'bob@example.org', 'pay ${CARD} now', '{"${CARD}"}', '{"n": "${CARD}"}', null)`);
    const plan = planOf({
      columns: [undefined, whole({ kind: "email" }), undefined, undefined, parts(["tax"]), whole({ kind: "redact" })],
      find: [card],
    });
    const masker = copyMaskerOf(plan, form, [23, 25, 25, 1009, 3802, 1082]);
    const out = client.query(to(`copy source to stdout (${options})`));
    const masked: Buffer[] = [];
    out.on("data", (data: Buffer) => masked.push(Buffer.from(masker?.mask(data) ?? data)));
    await once(out, "end");
    masker?.end();
    await pipeline(masked, client.query(from(`copy sink from stdin (${options.replace(", force_quote *", "")})`)));
    const { rows } = await client.query({ text: "select sink::text from sink order by id", rowMode: "array" });
    expect(rows.flat()).toEqual([
      String.raw`(1,a***@***.com,"tab	 newline
 quote"" back\\slash; 'e'","{a,""b,c""}","{""a"": 1, ""tax"": ""[redacted]""}",1970-01-01)`,
      "(2,,,,,)",
      '(3,[redacted],"",{},{},1970-01-01)',
      '(4,b***@***.org,"pay [redacted] now",{[redacted]},"{""n"": ""[redacted]""}",)',
    ]);
  });
});

/** Reads a value from the server in a format, as its row comes over the wire, and masks the row. */
async function maskOne(
  { type, value, format }: { readonly type: string; readonly value: string; readonly format: WireFormat },
  plan: ResultPlan,
): Promise<Buffer | null> {
  const read = await ask(`select '${value.replaceAll("'", "''")}'::${type}`, format);
  return valuesOf(rowMaskerOf(plan, read.columns)?.mask(read.row) ?? read.row)[0] ?? null;
}

/** What the server makes of a value in a format, as text. */
async function asText(type: string, value: Buffer | null, format: WireFormat): Promise<string> {
  // what is shown may be of another length
  const anyLength = type.replace(/^(bit|varchar)\(\d+\)/, "$1");
  const { row } = await ask(`select $1::${anyLength}::text`, "text", { value, format });
  return valuesOf(row)[0]?.toString() ?? "NULL";
}

async function ask(
  text: string,
  format: WireFormat,
  parameter?: { readonly value: Buffer | null; readonly format: WireFormat },
): Promise<{ readonly columns: readonly ColumnDescription[]; readonly row: Buffer }> {
  wire.send(
    send.parse("", text),
    send.bind("", "", {
      values: parameter === undefined ? [] : [parameter.value],
      formats: parameter?.format === "binary" ? [1] : [],
      resultFormats: [format === "binary" ? 1 : 0],
    }),
    send.describe("P", ""),
    send.execute(""),
    send.sync(),
  );
  const messages = await wire.untilReady();
  const body = (tag: string): Buffer => {
    const message = messages.find((message) => message.tag === tag);
    if (message === undefined) throw new Error(`${text}: ${messages.map(({ body }) => body.toString()).join(" ")}`);
    return message.body;
  };
  return { columns: decodeRowDescription(new ByteReader(body("T"))), row: body("D") };
}
