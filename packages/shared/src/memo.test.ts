import { expect, it } from "vitest";
import { Memo } from "./memo.ts";

it("makes twice and then remembers, each by its own key", () => {
  const memo = new Memo<object, { readonly of: object }>();
  const keys = [{}, {}] as const;
  const ask = (key: object) => memo.of(key, (of) => ({ of }));
  const first = ask(keys[0]);
  const second = ask(keys[0]);
  expect(second).not.toBe(first);
  expect(ask(keys[0])).toBe(second);
  expect(ask(keys[1]).of).toBe(keys[1]);
  expect(ask(keys[0])).toBe(second);
});
