import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startArena, type Arena } from "../support/arena.ts";
import { startPsql } from "../support/psql.ts";
import { expectedOf, told } from "../support/told.ts";
import { openWireTap } from "../support/wire-tap.ts";
import type { Side } from "../support/wire-client.ts";
import { psqlSchema, psqlScripts } from "./scripts/psql.ts";

let arena: Arena;

beforeAll(async () => {
  arena = await startArena(psqlSchema);
});

afterAll(() => arena[Symbol.asyncDispose]());

/** What one psql was told on the wire and what it made of it, on screen and in files. */
async function runScript(side: Side, script: string): Promise<{ wire: string[]; seen: string; files: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-psql-"));
  try {
    await using tap = await openWireTap(side);
    const { output, errors, code } = await startPsql(tap.side, script.replaceAll("FOLDER", folder)).result;
    const names = (await readdir(folder)).toSorted();
    const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    return {
      wire: tap.heard.flatMap((messages) => told(messages)),
      seen: steady(`${output}${errors}${code}`, folder),
      files,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Without what names this run: its folder, its user, process ids and times, and who it was that spoke of a mistake. */
function steady(text: string, folder: string): string {
  return text
    .replaceAll(folder, "FOLDER")
    .replaceAll(/PID \d+/g, "PID")
    .replaceAll(/^.* \(every /gm, "(every ")
    .replaceAll(/^You are now connected.*$/gm, "connected")
    .replaceAll("sallyport: ", "")
    .replaceAll(/^HINT:  Check its syntax.*\n|^LOCATION:  scanner_yyerror.*\n/gm, "");
}

it.each(Object.entries(psqlScripts))("psql %s", async (_name, script) => {
  const { direct, through } = await arena.onOneName((side) => runScript(side, script));
  expect(direct.wire.length).toBeGreaterThan(10);
  expect(through.wire).toEqual(expectedOf(direct.wire, through.wire));
  expect(through.seen).toBe(direct.seen);
  expect(through.files).toEqual(direct.files);
});

it("psql's large objects need fast-path calls, which are refused and leave the session usable", async () => {
  const { through } = await arena.onOneName(async (side) => {
    const { output, errors } = await startPsql(side, "\\lo_import /dev/null\nselect 'still here';\n", ["--tuples-only"])
      .result;
    return { output: output.trim(), errors };
  });
  expect(through.errors).toContain("Fast-path function calls are not relayed");
  expect(through.output).toBe("still here");
});
