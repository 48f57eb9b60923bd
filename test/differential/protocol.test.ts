import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startArena, type Arena, type Both } from "../support/arena.ts";
import { expectedOf, told } from "../support/told.ts";
import { WireClient, type Side } from "../support/wire-client.ts";
import { copyScripts } from "./scripts/copies.ts";
import { extendedScripts } from "./scripts/extended.ts";
import { nameScripts } from "./scripts/names.ts";
import { goodbyeScripts, pipelineScripts } from "./scripts/pipelines.ts";
import { reset, schema, type Script } from "./scripts/script.ts";
import { valueScripts } from "./scripts/values.ts";

let arena: Arena;
let sides: Both<Side>;

beforeAll(async () => {
  arena = await startArena(schema);
  sides = await arena.openSides();
});

afterAll(() => arena[Symbol.asyncDispose]());

const suites: Readonly<Record<string, readonly Script[]>> = {
  "the extended protocol": extendedScripts,
  pipelines: pipelineScripts,
  names: nameScripts,
  COPY: copyScripts,
  values: valueScripts,
};

/** Plays a script and then asks the session for a last answer, which shows that nothing is left over or waits. */
async function play(side: Side, { steps }: Script): Promise<string[]> {
  await using client = await WireClient.connect(side);
  await client.query(reset);
  const lines: string[] = [];
  for (const { send, ready } of steps) {
    client.send(...send);
    lines.push(...told(await client.untilReady(ready)), "--");
  }
  return [...lines, ...told(await client.query("select 'the end'"))];
}

describe.each(Object.entries(suites))("%s", (_suite, scripts) => {
  it.each(scripts)("$name", async (script) => {
    const [direct, through] = await Promise.all([play(sides.direct, script), play(sides.through, script)]);
    expect(direct.at(-1)).toMatch(/^Z /);
    expect(through).toEqual(expectedOf(direct, through));
  });
});

/** Everything up to the connection's end. */
async function hearOut(side: Side, { steps }: Script): Promise<string[]> {
  await using client = await WireClient.connect(side);
  for (const { send } of steps) client.send(...send);
  return told(await client.untilReady(Infinity));
}

describe("goodbyes", () => {
  it.each(goodbyeScripts)("$name", async (script) => {
    const [direct, through] = await Promise.all([hearOut(sides.direct, script), hearOut(sides.through, script)]);
    expect(through).toEqual(expectedOf(direct, through));
  });
});
