import type { Random } from "./random.ts";

const firstNames =
  `Amara Anton Aiko Beatriz Bruno Chen Clara Daniel Diana Elif Emeka Erik Fatima Felix Grace Hana Hugo Ines Ivan Jamila Jonas
Kaito Karin Leila Leo Lucía Magnus Maya Mei Miguel Nadia Noah Olga Omar Paula Priya Quinn Rahul Rosa Sami Sofia Tariq Thea Uma Victor Wanjiru
Xavier Yara Yusuf Zoe`.split(/\s+/);

const lastNames =
  `Abbott Adeyemi Almeida Andersson Baker Bianchi Brandt Castillo Chowdhury Cohen Dubois Eriksen Farouk Fischer García Haddad
Hansen Hoffmann Ibrahim Ivanova Jensen Johnson Kaya Kim Kowalski Larsen Lopez Martin Meyer Mwangi Nakamura Nguyen Novak Okafor Olsen Park Patel
Pereira Petrov Rossi Santos Sato Schmidt Silva Singh Smith Tanaka Weber Williams Yamamoto`.split(/\s+/);

const streets = [
  "Oak Street",
  "Harbour Road",
  "Mill Lane",
  "Station Road",
  "Cedar Avenue",
  "Castle Hill",
  "Park Row",
  "Bridge Street",
];
const cities = ["Springfield", "Riverton", "Fairview", "Georgetown", "Clayton", "Ashland", "Milford", "Newport"];
const states = ["CA", "NY", "TX", "WA", "IL", "MA", "CO", "OR"];

/** An invented person. Nobody real can be met: domains and telephone numbers are the ones reserved for examples. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
}

/** A person whose e-mail address is unique by its number. */
export function person(random: Random, number: number, domain: string): Person {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const local = `${first}.${last}${number}`
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[^a-z0-9.]/g, "");
  return { name: `${first} ${last}`, email: `${local}@${domain}`, phone: phone(random) };
}

/** 555-0100 to 555-0199 are never given to a subscriber. */
export function phone(random: Random): string {
  return `+1-${200 + random.below(790)}-555-01${String(random.below(100)).padStart(2, "0")}`;
}

/** Of the form that was issued: never area 000, 666 or 900 and above, group 00, or serial 0000. */
export function socialSecurityNumber(random: Random): string {
  const area = 1 + random.below(899);
  const parts = [area === 666 ? 667 : area, 1 + random.below(99), 1 + random.below(9999)];
  return parts.map((part, index) => String(part).padStart([3, 2, 4][index] ?? 0, "0")).join("-");
}

export function address(random: Random): string {
  const zip = String(10_000 + random.below(89_999));
  return `${1 + random.below(999)} ${random.pick(streets)}, ${random.pick(cities)}, ${random.pick(states)} ${zip}`;
}
