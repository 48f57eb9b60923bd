import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conversations } from "../support/mongo-conversation.ts";
import { MongoRawClient, type MongoSide } from "../support/mongo-raw-client.ts";
import { mongoServerNames } from "../support/mongo-servers.ts";
import { startMongoSides } from "../support/mongo-sides.ts";
import { expectedOf, transcriptOf, type MongoStep } from "../support/mongo-transcript.ts";
import { clean } from "./mongo-scripts/script.ts";

/** More by hand, when the inspector has changed: `RANDOM_CONVERSATIONS=5000`. */
const RUNS = Number(process.env["RANDOM_CONVERSATIONS"] ?? 60);
/** A conversation takes some fifty milliseconds; one that takes this long waits for ever. */
const STUCK_MS = 20_000;

async function hold(side: MongoSide, conversation: readonly MongoStep[]): Promise<readonly string[]> {
  await using client = await MongoRawClient.connect(side);
  return await transcriptOf(client, [...clean, ...conversation]);
}

describe.each(mongoServerNames)("on %s", (kind) => {
  it(
    "any sequence of commands is answered as by the server",
    async () => {
      await using sides = await startMongoSides(kind);
      await fc.assert(
        fc.asyncProperty(conversations(kind !== "ferretdb"), async (conversation) => {
          const direct = await hold(sides.direct, conversation);
          const through = await hold(sides.through, conversation);
          expect(through).toEqual(expectedOf(direct, through));
        }),
        { numRuns: RUNS, timeout: STUCK_MS },
      );
    },
    RUNS * 1_000,
  );
});
