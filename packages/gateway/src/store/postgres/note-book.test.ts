import { GatewayError } from "@sallyport/shared/errors";
import { describe, expect, it } from "vitest";
import { NoteBook } from "./note-book.ts";

/** Lets so many reactions of promises run that were due before. */
async function reactions(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await Promise.resolve();
}

describe("NoteBook", () => {
  it.each(Array.from({ length: 12 }, (_, count) => count))(
    "writes what is noted %i reactions behind the end of the last writing",
    async (count) => {
      const first = Promise.withResolvers<void>();
      const second = Promise.withResolvers<readonly string[]>();
      let writings = 0;
      const book = new NoteBook<string>({
        write: async (notes) => {
          writings += 1;
          if (writings === 1) await first.promise;
          else second.resolve(notes);
        },
        onLost: () => undefined,
        mayGo: () => true,
      });
      book.put("a", "one");
      await reactions(5);
      first.resolve();
      await reactions(count);
      book.put("b", "two");
      expect(await second.promise).toEqual(["two"]);
    },
  );

  it("keeps the newest of each key, as many as there is room for, while nothing can be written", async () => {
    const lost: string[] = [];
    const written: string[] = [];
    let isAway = true;
    const book = new NoteBook<string>({
      write: async (notes) => {
        if (isAway) throw new GatewayError("store/unavailable", "away");
        written.push(...notes);
      },
      onLost: (notes) => void lost.push(...notes),
      mayGo: () => true,
      most: 2,
      retryMs: 1,
    });
    for (const [key, note] of ["a1", "b1", "a2", "c1"].map((note) => [note.charAt(0), note] as const))
      book.put(key, note);
    isAway = false;
    await expect.poll(() => written).toEqual(["a2", "c1"]);
    expect(lost).toEqual(["b1"]);
    expect(book.size).toBe(0);
  });

  it("passes by a note that the database does not take", async () => {
    const lost: string[] = [];
    const written: string[] = [];
    const book = new NoteBook<string>({
      write: async (notes) => {
        if (notes.includes("bad")) throw new GatewayError("store/invalid", "no");
        written.push(...notes);
      },
      onLost: (notes) => void lost.push(...notes),
      mayGo: () => true,
    });
    for (const note of ["good", "bad", "fine"]) book.put(note, note);
    await expect.poll(() => written).toEqual(["good", "fine"]);
    expect(lost).toEqual(["bad"]);
  });
});
