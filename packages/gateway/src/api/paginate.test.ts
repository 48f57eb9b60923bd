import { describe, expect, it } from "vitest";
import { paginate } from "./paginate.ts";

const names = ["delta", "alpha", "ärger", "charlie", "bravo"];
const page = (limit: number, after?: string): ReturnType<typeof paginate<string>> =>
  paginate(names, (name) => name, { limit, after });

describe("paginate", () => {
  it("goes through all of them in order, once each", () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { items, next } = page(2, after);
      seen.push(...items);
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(["alpha", "bravo", "charlie", "delta", "ärger"]);
  });

  it("gives no cursor where nothing follows", () => {
    expect(Object.keys(page(5))).toEqual(["items"]);
    expect(paginate([], String, { limit: 1 })).toEqual({ items: [] });
  });

  it("goes on where the one that was shown last is gone", () => {
    const { next } = page(2);
    const left = names.filter((name) => name !== "bravo");
    expect(paginate(left, String, { limit: 1, after: next }).items).toEqual(["charlie"]);
  });

  it.each(["%%", "====", "YWxwaGE=", "a", ""])("refuses the cursor %j", (after) => {
    expect(() => page(1, after)).toThrow(expect.objectContaining({ code: "api/invalid" }));
  });
});
