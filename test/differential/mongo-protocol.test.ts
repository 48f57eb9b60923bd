import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MongoRawClient, type MongoSide } from "../support/mongo-raw-client.ts";
import { mongoServerNames } from "../support/mongo-servers.ts";
import { startMongoSides, type MongoSides } from "../support/mongo-sides.ts";
import { expectedOf, transcriptOf, type MongoStep } from "../support/mongo-transcript.ts";
import { commandScripts } from "./mongo-scripts/commands.ts";
import { ask, fixture } from "./mongo-scripts/script.ts";
import { sessionScripts } from "./mongo-scripts/sessions.ts";

const MEGABYTE = 1024 * 1024;
const DOCUMENTS = 5;

describe.each(mongoServerNames)("the same bytes come from %s directly and through the gateway", (kind) => {
  let sides: MongoSides;

  beforeAll(async () => {
    sides = await startMongoSides(kind);
  });
  afterAll(() => sides[Symbol.asyncDispose]());

  /** Every reply, and a last one, which shows that nothing is left over. */
  async function play(side: MongoSide, steps: readonly MongoStep[]): Promise<readonly string[]> {
    await using client = await MongoRawClient.connect(side);
    return await transcriptOf(client, [...fixture, ...steps, ask({ ping: 1, comment: "the end" })]);
  }

  async function compare(steps: readonly MongoStep[]): Promise<readonly string[]> {
    const direct = await play(sides.direct, steps);
    const through = await play(sides.through, steps);
    expect(through).toEqual(expectedOf(direct, through));
    return direct;
  }

  const possible = [...commandScripts, ...sessionScripts].filter(
    ({ needsAll }) => needsAll !== true || kind !== "ferretdb",
  );
  it.each(possible)("$name", async ({ steps }) => {
    expect(await compare(steps)).not.toContain("the connection ended");
  });

  it("messages of many megabytes", async () => {
    const documents = Array.from({ length: DOCUMENTS }, (_, _id) => ({
      _id,
      bytes: Buffer.alloc(8 * MEGABYTE, _id + 1),
    }));
    const direct = await compare([
      ask({ insert: "large" }, { sequences: { documents } }),
      ask({ find: "large", sort: { _id: 1 }, batchSize: 1 }),
      (cursor) => ({ body: { getMore: cursor, collection: "large", $db: "shop" } }),
      ask({ drop: "large" }),
    ]);
    expect(direct.filter((line) => /: 8\d{6} bytes/.test(line)).length).toBeGreaterThan(0);
  });
});
