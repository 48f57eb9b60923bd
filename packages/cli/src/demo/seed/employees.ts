import { SEED_NOW } from "./customers.ts";
import { person } from "./people.ts";
import type { Random } from "./random.ts";

const DAY_MS = 86_400_000;

const departments = [
  { department: "Engineering", titles: ["Engineer", "Senior Engineer", "Architect"], base: 85_000 },
  { department: "Support", titles: ["Agent", "Team Lead"], base: 42_000 },
  { department: "Finance", titles: ["Accountant", "Controller"], base: 60_000 },
  { department: "Warehouse", titles: ["Picker", "Shift Lead"], base: 36_000 },
  { department: "Marketing", titles: ["Copywriter", "Analyst"], base: 52_000 },
] as const;

/** A row of `employees`. */
export interface Employee {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly department: string;
  readonly title: string;
  readonly manager_id: number | null;
  readonly salary: number;
  readonly hired_on: string;
}

export function* employees(random: Random, count: number): Generator<Employee> {
  for (let id = 1; id <= count; id++) {
    const who = person(random, id, "shop.example");
    const { department, titles, base } = random.pick(departments);
    yield {
      id,
      name: who.name,
      email: who.email,
      department,
      title: random.pick(titles),
      manager_id: id === 1 ? null : 1 + random.below(Math.min(id - 1, 12)),
      salary: base + random.below(60) * 1000,
      hired_on: new Date(SEED_NOW - random.below(4000) * DAY_MS).toISOString().slice(0, 10),
    };
  }
}
