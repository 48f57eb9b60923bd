import { cardNumber } from "./card-number.ts";
import { address, person, phone, socialSecurityNumber } from "./people.ts";
import type { Random } from "./random.ts";

const DAY_MS = 86_400_000;
/** Nothing in the shop is younger, so that the data is the same whenever it is made. */
export const SEED_NOW = Date.UTC(2026, 0, 1);

/** A row of `customers`. */
export interface Customer {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly ssn: string;
  readonly card_number: string;
  readonly address: string;
  readonly notes: string | null;
  readonly profile: CustomerProfile;
  readonly created_at: string;
}

interface CustomerProfile {
  readonly birthday: string;
  readonly language: string;
  readonly loyalty: { readonly tier: string; readonly points: number };
  readonly contact: { readonly email: string; readonly emergency: { readonly name: string; readonly phone: string } };
  readonly devices: readonly { readonly kind: string; readonly ip: string }[];
}

export function* customers(random: Random, count: number): Generator<Customer> {
  for (let id = 1; id <= count; id++) {
    const who = person(random, id, random.pick(["example.com", "example.org", "example.net"]));
    const card = cardNumber(random);
    yield {
      id,
      ...who,
      ssn: socialSecurityNumber(random),
      card_number: card,
      address: address(random),
      notes: notes(random, who.email, who.phone, card),
      profile: profile(random, id, who.email),
      created_at: daysBefore(random.below(1500), random),
    };
  }
}

/** A moment up to a day before that many days ago. */
export function daysBefore(days: number, random: Random): string {
  return new Date(SEED_NOW - days * DAY_MS - random.below(DAY_MS)).toISOString();
}

/** Free text as support writes it: mostly harmless, at times with what should never have been written down. */
function notes(random: Random, email: string, phoneNumber: string, card: string): string | null {
  const kind = random.below(100);
  if (kind < 30) return null;
  if (kind < 65) {
    return random.pick([
      "Prefers delivery in the morning.",
      "Asked for an invoice on paper.",
      "Long-standing customer, be generous with refunds.",
      "Complained about packaging; sent a voucher.",
    ]);
  }
  if (kind < 78) return `Wants to be written to at ${email}, not at the old address.`;
  if (kind < 88) return `Call back on ${phoneNumber} after six.`;
  if (kind < 96) return `Read the card number over the phone: ${spaced(card)}, order was placed by hand.`;
  return `Second contact: ${phone(random)} or assistant${random.below(1000)}@example.org; old card ${card} was blocked.`;
}

function spaced(card: string): string {
  return card.replaceAll(/(.{4})(?=.)/g, "$1 ");
}

function profile(random: Random, id: number, email: string): CustomerProfile {
  const friend = person(random, id, "example.net");
  const birthday = new Date(SEED_NOW - (18 * 365 + random.below(60 * 365)) * DAY_MS);
  return {
    birthday: birthday.toISOString().slice(0, 10),
    language: random.pick(["en", "es", "de", "fr", "ja"]),
    loyalty: { tier: random.pick(["none", "silver", "gold"]), points: random.below(5000) },
    contact: { email, emergency: { name: friend.name, phone: friend.phone } },
    devices: Array.from({ length: random.below(3) }, () => ({
      kind: random.pick(["phone", "laptop", "tablet"]),
      // 203.0.113.0/24 is reserved for documentation
      ip: `203.0.113.${1 + random.below(254)}`,
    })),
  };
}
