import { describe, expect, it } from "vitest";
import { startScriptedServer } from "../../../../test/support/scripted-server.ts";
import { dialTo } from "../../../../test/support/server-request.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { readyForQueryIdle } from "../messages/ready-for-query.ts";
import type { CatalogRow } from "./catalog-row.ts";
import { ServerQueries, type QueryBounds } from "./server-queries.ts";

const row = (...cells: readonly (string | Buffer | undefined)[]): Buffer =>
  encodeMessage("D", (writer) => {
    writer.int16(cells.length);
    for (const cell of cells) {
      if (cell === undefined) writer.int32(-1);
      else writer.int32(Buffer.byteLength(cell)).bytes(Buffer.from(cell));
    }
  });
const failure = encodeMessage("E", (writer) => {
  for (const field of ["VERROR", "C42501", "Mnot for you"]) writer.uint8(field.charCodeAt(0)).string(field.slice(1));
  writer.uint8(0);
});

/** What one query makes of an answer. */
async function asked<T>(
  answer: Buffer | undefined,
  columns: number,
  read: (row: CatalogRow) => T,
  bounds?: QueryBounds,
) {
  await using server = await startScriptedServer([answer]);
  const stream = await dialTo(server.port)();
  try {
    const rows: T[] = [];
    await new ServerQueries(stream, bounds).run("select 1", columns, (one) => rows.push(read(one)));
    return rows;
  } finally {
    stream.destroy();
  }
}

const answer = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, readyForQueryIdle]);
const wide = "ä".repeat(200_000);

describe("a query of our own", () => {
  it("hands over rows in order, also one that comes in many pieces", async () => {
    const given = answer(row("1", "one"), row("2", wide), row("3", undefined));
    expect(await asked(given, 2, (one) => [one.id(), one.optionalText()])).toEqual([
      [1, "one"],
      [2, wide],
      [3, undefined],
    ]);
  });

  it.each([
    ["a failure", answer(failure), "server/lost"],
    ["a message that answers no query", answer(encodeMessage("G", (writer) => writer.uint8(0))), "server/malformed"],
    ["more than readiness", answer(row("1"), readyForQueryIdle), "server/malformed"],
    ["too few columns", answer(row()), "server/malformed"],
    ["too many columns", answer(row("1", "2")), "server/malformed"],
    ["a number that is none", answer(row("1x")), "server/malformed"],
    ["a number below zero", answer(row("-1")), "server/malformed"],
    ["a number too large", answer(row("4294967296")), "server/malformed"],
    ["an empty number", answer(row("")), "server/malformed"],
    ["nothing where a number is", answer(row(undefined)), "server/malformed"],
    ["nothing at all", undefined, "server/lost"],
  ])("does not take %s", async (_, given, code) => {
    await expect(asked(given, 1, (one) => one.id())).rejects.toMatchObject({ code });
  });

  it.each([
    ["a name that is not UTF-8", Buffer.of(0xff, 0x41), (one: CatalogRow) => one.text()],
    ["a truth value that is none", "true", (one: CatalogRow) => one.flag()],
    ["a letter with no meaning", "x", (one: CatalogRow) => one.word(new Map([["r", "table"]]))],
    ["a row that was read in part", "x", () => undefined],
  ])("does not take %s", async (_, cell, read) => {
    await expect(asked<unknown>(answer(row(cell)), 1, read)).rejects.toMatchObject({ code: "server/malformed" });
  });

  it("takes a name with the character that stands for others", async () => {
    expect(await asked(answer(row("\u{fffd}")), 1, (one) => one.text())).toEqual(["\u{fffd}"]);
  });

  it.each([
    ["rows", { rows: 2, bytes: 1_000_000 }],
    ["bytes", { rows: 1_000, bytes: 30 }],
  ])("reads no more %s than it may", async (_, bounds) => {
    const given = answer(row("1"), row("2"), row("3"));
    await expect(asked(given, 1, (one) => one.id(), bounds)).rejects.toMatchObject({ code: "server/malformed" });
  });
});
