import type { Client } from "pg";

/** A value that the restricted principal must not see, in one way of writing it. */
export interface SecretText {
  readonly column: string;
  readonly text: string;
}

/** What is looked for, and what may be seen anyway. */
export interface Secrets {
  /** Six characters in a row of one of these are a leak. */
  readonly texts: readonly SecretText[];
  /** These are a leak only where they stand as words of their own. */
  readonly words: readonly SecretText[];
  /** The server's binary form of masked numbers and dates. */
  readonly binaries: readonly { readonly column: string; readonly bytes: Buffer }[];
  /** All that the principal may see of the same tables. */
  readonly allowed: string;
}

const CARD = "4111 1111 1111 1111";

/** The masked values, and those of tables that are not allowed at all. */
const TEXTS = `
  select 'customers.email' as column, email as text from public.customers
  union all select 'customers.phone', phone from public.customers
  union all select 'customers.ssn', ssn from public.customers
  union all select 'customers.card', card from public.customers
  union all select 'customers.tax', tax from public.customers
  union all select 'customers.home', part from public.customers, unnest(array[(home).street, (home).zip]) part
  union all select 'customers.tags', tag from public.customers, unnest(tags) tag
  union all select 'customers.profile', part from public.customers,
    unnest(array[profile->>'tax_id', profile#>>'{contacts,0,mail}']) part
  union all select 'customers.score', part from public.customers,
    unnest(array[score::text, to_char(score, 'FM999,999,999')]) part
  union all select 'customers.balance', part from public.customers,
    unnest(array[balance::text, to_char(balance, 'FM999,999,999.00')]) part
  -- without the day: month and day alone are anybody's
  union all select 'customers.born', to_char(born, 'YYYY-MM-') from public.customers
  union all select 'customers.pin', encode(pin, 'hex') from public.customers
  union all select 'events.ip', ip from public.events
  union all select 'base_people.secret', secret from public.base_people
  union all select 'api_keys.key', key from public.api_keys
  union all select 'hr.employees.salary', salary::text from hr.employees`;

const WORDS = `
  select 'customers.score' as column, part as text from public.customers,
    unnest(array[to_hex(score), score::bit(32)::text, score::float8::text || '.0', to_char(score, '9.99999EEEE')]) part
  union all select 'customers.balance', part from public.customers,
    unnest(array[(balance * 100)::bigint::text, to_char(balance, '9.9999999EEEE')]) part
  union all select 'customers.born', to_char(born, form) from public.customers, unnest(array['YYYYMMDD', 'DD.MM.YYYY', 'DD/MM/YYYY',
    'MM/DD/YYYY', 'DD-MM-YYYY', 'MM-DD-YYYY', 'YYYY/MM/DD', 'Dy Mon DD YYYY', 'DD Mon YYYY', 'Mon DD, YYYY', 'J']) form
  union all select 'customers.born', extract(epoch from born)::bigint::text from public.customers`;

const BINARIES = `
  select 'customers.score' as column, part as bytes from public.customers,
    unnest(array[int4send(score), float8send(score), float4send(score), numeric_send(score)]) part
  union all select 'customers.balance', part from public.customers,
    unnest(array[float8send(balance::float8), float4send(balance::float4), substr(numeric_send(balance), 9)]) part
  union all select 'customers.born', part from public.customers,
    unnest(array[date_send(born), timestamp_send(born), timestamptz_send(born)]) part
  union all select 'customers.pin', pin from public.customers
  union all select 'hr.employees.salary', int4send(salary) from hr.employees`;

/** Rows of unmasked columns as JSON, and the names of everything, which are nobody's secret. */
const ALLOWED = `
  select jsonb_build_array(id, name, city, visits, replace(note, '${CARD}', ''),
    jsonb_set(profile - 'tax_id', '{contacts,0,mail}', '""'))::text as text from public.customers
  union all select to_jsonb(o)::text from public.orders o
  union all select (to_jsonb(e) - 'ip')::text from public.events e
  -- some days later and backwards they look like other days
  union all select reverse((e.at + days)::text) from public.events e, generate_series(0, 4) days
  union all select (to_jsonb(v) - 'secret')::text from public.vip_people v
  union all select attname from pg_attribute where attrelid >= 16384
  union all select proname from pg_proc where oid >= 16384
  union all select typname from pg_type where oid >= 16384`;

/** Reads them from the database itself, past the gateway. */
export async function readSecrets(admin: Client): Promise<Secrets> {
  const texts = await admin.query<SecretText>(TEXTS);
  const words = await admin.query<SecretText>(WORDS);
  const binaries = await admin.query<{ column: string; bytes: Buffer }>(BINARIES);
  const allowed = await admin.query<{ text: string }>(ALLOWED);
  return {
    texts: [...texts.rows.flatMap(withBareDigits), { column: "customers.note", text: CARD }],
    words: words.rows.map(({ column, text }) => ({ column, text: text.trim() })),
    binaries: binaries.rows,
    allowed: allowed.rows.map(({ text }) => text).join("\n"),
  };
}

/** A card number without its blanks is as good, and so is a phone number. */
function withBareDigits(secret: SecretText): readonly SecretText[] {
  const digits = secret.text.replaceAll(/[ -]/g, "");
  const isNumber = /^\+?\d{7,}$/.test(digits) && digits !== secret.text;
  return isNumber ? [secret, { column: secret.column, text: digits }] : [secret];
}
