import { expect, it } from "vitest";
import { RecentTexts } from "./recent-texts.ts";

it("finds a text by its bytes and mode, and no other that shares its place", () => {
  const recent = new RecentTexts<string>();
  const texts = Array.from({ length: 2_000 }, (_, n) => Buffer.from(`select ${"x".repeat(n % 300)} from t${n}`));
  for (const text of texts) {
    recent.set(text, "", text.toString(), text.length);
    recent.set(Buffer.concat([text, Buffer.from(";")]), "ansi", "another", text.length);
  }
  const found = texts.map((text) => recent.get(text, ""));
  // of all that share a place the last one is there
  expect(found.filter((read) => read !== undefined).length).toBeGreaterThan(0);
  for (const [index, read] of found.entries()) expect(read ?? String(texts[index])).toBe(String(texts[index]));
  const text = Buffer.from("select 1");
  recent.set(text, "", "one", text.length);
  expect(recent.get(Buffer.from("select 1"), "")).toBe("one");
  expect(recent.get(text, "ansi")).toBeUndefined();
  expect(recent.get(Buffer.from("select 2"), "")).toBeUndefined();
  text.fill(0);
  expect(recent.get(Buffer.from("select 1"), "")).toBe("one");
});

it("holds nothing that takes much, and has a place for the empty text", () => {
  const recent = new RecentTexts<string>();
  const text = Buffer.from("select 1");
  recent.set(text, "", "much was read in it", 100_000);
  expect(recent.get(text, "")).toBeUndefined();
  recent.set(Buffer.alloc(0), "", "empty", 0);
  expect(recent.get(Buffer.alloc(0), "")).toBe("empty");
});
