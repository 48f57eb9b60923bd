import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cardNumber } from "./card-number.ts";
import { customers } from "./customers.ts";
import { socialSecurityNumber } from "./people.ts";
import { createRandom } from "./random.ts";

describe("the invented shop", () => {
  it("is the same on every machine", () => {
    const text = JSON.stringify([...customers(createRandom(1), 500)]);
    expect(createHash("sha256").update(text).digest("hex")).toBe(
      createHash("sha256")
        .update(JSON.stringify([...customers(createRandom(1), 500)]))
        .digest("hex"),
    );
    expect(createRandom(1).below(1_000_000)).toBe(627_073);
  });

  it("has card numbers that pass Luhn's check", () => {
    const random = createRandom(2);
    for (let count = 0; count < 500; count++) expect(luhnSum(cardNumber(random)) % 10).toBe(0);
  });

  it("has social security numbers of the form that was issued", () => {
    const random = createRandom(3);
    for (let count = 0; count < 2000; count++) {
      expect(socialSecurityNumber(random)).toMatch(/^(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}$/);
    }
  });

  it("hides personal data in free text and in nested JSON, as life does", () => {
    const made = [...customers(createRandom(4), 2000)];
    expect(made.filter(({ notes, email }) => notes?.includes(email)).length).toBeGreaterThan(100);
    expect(made.filter(({ notes }) => notes !== null && /\d{4} \d{4} \d{4} \d{3}/.test(notes)).length).toBeGreaterThan(
      50,
    );
    expect(made.every(({ profile, email }) => profile.contact.email === email)).toBe(true);
    expect(new Set(made.map(({ email }) => email)).size).toBe(made.length);
  });
});

function luhnSum(digits: string): number {
  return Array.from(digits, Number)
    .toReversed()
    .reduce((sum, digit, index) => sum + (index % 2 === 0 ? digit : ([0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit] ?? 0)), 0);
}
