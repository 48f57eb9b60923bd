import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectorOf } from "./detectors.ts";
import { detectorNames, type DetectorName, type Find } from "./mask.ts";

const jwtText =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----";

const found: readonly (readonly [DetectorName, string, ...string[]])[] = [
  ["card-number", "4111111111111111", "4111111111111111"],
  ["card-number", "card4111111111111111!", "4111111111111111"],
  ["card-number", "4111-1111-1111-1111", "4111-1111-1111-1111"],
  ["card-number", "4111 1111-1111  1111", "4111 1111-1111  1111"],
  ["card-number", "4111\u00a01111\u20111111\u20131111", "4111\u00a01111\u20111111\u20131111"],
  ["card-number", "3782 822463 10005", "3782 822463 10005"],
  ["card-number", "4222222222222", "4222222222222"],
  ["card-number", "6304000000000000000", "6304000000000000000"],
  ["card-number", "12 4111 1111 1111 1111 7", "4111 1111 1111 1111"],
  ["card-number", "5555555555554444,4012888888881881", "5555555555554444", "4012888888881881"],
  ["card-number", "order 1234567 5555 5555 5555 4444", "5555 5555 5555 4444"],
  ["card-number", "4111111111111112"],
  ["card-number", "14111111111111111"],
  ["card-number", "41111111111111110000"],
  ["card-number", "0.4111111111111111"],
  ["card-number", "0000000000000000"],
  ["card-number", "2024-01-15 2024-01-16 2024-01-17"],
  ["card-number", "41 11 11 11 11 11 11 11"],
  ["card-number", "b5394111-1111-1111-1111-8e2b5c1f0000"],
  ["us-ssn", "ssn 123-45-6789.", "123-45-6789"],
  ["us-ssn", "123 45 6789", "123 45 6789"],
  ["us-ssn", "912-34-5678", "912-34-5678"],
  ["us-ssn", "123-45 6789"],
  ["us-ssn", "000-45-6789 123-00-6789 123-45-0000"],
  ["us-ssn", "1123-45-6789 123-45-67890 1-123-45-6789"],
  ["us-ssn", "123456789"],
  ["iban", "DE89370400440532013000", "DE89370400440532013000"],
  ["iban", "to GB82 WEST 1234 5698 7654 32 now", "GB82 WEST 1234 5698 7654 32"],
  ["iban", "be68 5390 0754 7034", "be68 5390 0754 7034"],
  ["iban", "MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"],
  ["iban", "DE89370400440532013001"],
  ["iban", "XDE89370400440532013000 DE893704004405320130001"],
  ["iban", "ZZ89370400440532013000"],
  ["email", "write to ann.b+c@mail.example.com.", "ann.b+c@mail.example.com"],
  ["email", "<zoë@exämple.com>,b@c.de", "zoë@exämple.com", "b@c.de"],
  ["email", "a@b@c.de", "b@c.de"],
  ["email", "ann@localhost @x.de ann@ a@1.2.3.4"],
  ["phone", "+491701234567", "+491701234567"],
  ["phone", "call +1 (555) 123-4567 or +44 20 7946 0958", "+1 (555) 123-4567", "+44 20 7946 0958"],
  ["phone", "(555) 123-4567, 555-123-4567, 555.123.4567", "(555) 123-4567", "555-123-4567", "555.123.4567"],
  ["phone", "1e+12345678 2024-01-01 10:00:00+00 +1234 a-555-123-4567 5551234567"],
  ["jwt", `bearer ${jwtText};`, jwtText],
  ["jwt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."],
  ["jwt", "eyJhbGciOiJub25lIn0 eyJ.a.b"],
  ["cloud-key", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
  ["cloud-key", `key=AIza${"a-_".repeat(11)}zz`, `AIza${"a-_".repeat(11)}zz`],
  ["cloud-key", `ghp_${"a1".repeat(18)}`, `ghp_${"a1".repeat(18)}`],
  ["cloud-key", `github_pat_${"a1_".repeat(9)}`, `github_pat_${"a1_".repeat(9)}`],
  ["cloud-key", "xoxb-1234567890-abc", "xoxb-1234567890-abc"],
  ["cloud-key", `sk_live_${"a1".repeat(12)}`, `sk_live_${"a1".repeat(12)}`],
  ["cloud-key", "AKIA ghp_short xoxb-1 task_live_x"],
  ["private-key", `a\n${pem}\nb`, pem],
  ["private-key", "x -----BEGIN PRIVATE KEY-----\nMIIEow", "-----BEGIN PRIVATE KEY-----\nMIIEow"],
  ["private-key", "-----BEGIN PUBLIC KEY-----\nMIIEow\n-----END PUBLIC KEY-----"],
];

describe("a detector", () => {
  it.each(found.map(([name, text, ...expected]) => ({ name, text, expected })))(
    "of $name finds in $text",
    ({ name, text, expected }) => {
      const spans = detectorOf(name).find(text);
      expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(expected);
    },
  );

  it("asks for no more than what every find has", () => {
    for (const [name, text, ...expected] of found) {
      const detector = detectorOf(name);
      const { needs } = detector;
      for (const one of expected) {
        expect(detector.find(text).length).toBeGreaterThan(0);
        expect(Buffer.byteLength(one)).toBeGreaterThanOrEqual(needs.bytes);
        expect(one.replaceAll(/\D/g, "").length).toBeGreaterThanOrEqual(needs.digits);
        expect(needs.anyOf === "" || needs.anyOf.split("").some((character) => one.includes(character))).toBe(true);
      }
    }
  });

  it("takes a policy's own pattern, and ignores finds of nothing", () => {
    expect(detectorOf({ pattern: "EMP-\\d{4}" }).find("x EMP-1234 EMP-99")).toEqual([{ start: 2, end: 10 }]);
    expect(detectorOf({ pattern: "b*" }).find("abbc")).toEqual([{ start: 1, end: 3 }]);
    expect(() => detectorOf({ pattern: "(" })).toThrow("missing closing");
    expect(() => detectorOf({ pattern: "(a)\\1" })).toThrow("invalid escape");
  });

  const patterns: readonly Find["detector"][] = [{ pattern: "(a+)+$" }, { pattern: "a(?:.*b)?" }];
  const everything: readonly Find["detector"][] = [...detectorNames, ...patterns];

  const hostile: readonly string[] = [
    "4",
    "4 ",
    "4111 ",
    "411-",
    "a",
    "@",
    "a@",
    "a@a.",
    "a.",
    "é@é.",
    "+1",
    "+1 ",
    "+1(",
    "(555) ",
    "555-",
    "eyJ",
    "eyJ.",
    "eyJaaaaaaaa.",
    "ghp_",
    "github_pat_",
    "xoxb-",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "DE89",
    "DE89 ",
    "-",
    "123-45-",
    "f5394111-1111-1111-1111-",
  ];

  it.each(everything)("%j takes time in proportion to a text of 1 MB, whatever the text", (name) => {
    const detector = detectorOf(name);
    for (const unit of hostile) {
      const text = unit.repeat(1_000_000 / unit.length);
      const begun = performance.now();
      detector.find(text);
      expect({ unit, slow: performance.now() - begun > 10_000 }).toEqual({ unit, slow: false });
    }
  });

  it("gives spans in order, apart and inside the text, whatever the text", () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...hostile, ...found.map(([, text]) => text)));
    const texts = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(texts, fc.constantFrom(...everything), (text, name) => {
        let last = 0;
        for (const { start, end } of detectorOf(name).find(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
