import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { startArena, type Arena, type Both } from "../support/arena.ts";
import { send } from "../support/pg-client-messages.ts";
import { conversations, piecesOf, type Conversation } from "../support/random-conversation.ts";
import type { Road } from "../support/road.ts";
import { isOwnError, told } from "../support/told.ts";
import { WireClient, type Side } from "../support/wire-client.ts";
import { reset, schema } from "./scripts/script.ts";

/** More by hand, when the inspector has changed: `RANDOM_CONVERSATIONS=5000`. */
const RUNS = Number(process.env["RANDOM_CONVERSATIONS"] ?? 300);
/** A conversation takes some ten milliseconds; one that takes this long waits for ever. */
const STUCK_MS = 10_000;
const MARK = "select 'the end'";

async function hold(side: Side, conversation: Conversation): Promise<string[]> {
  await using client = await WireClient.connect(side);
  await client.query("truncate target");
  for (const piece of piecesOf(conversation)) {
    client.send(piece);
    await turn();
  }
  client.send(send.sync(), send.query("rollback"), send.query(MARK));
  const lines: string[] = [];
  while (!lines.some((line) => line.startsWith("D ") && line.includes("the end"))) {
    const messages = await client.untilReady();
    if (messages.length === 0) return [...lines, "the connection ended"];
    lines.push(...told(messages));
  }
  return lines;
}

/** How often the server has crashed by itself: a few of these conversations in ten thousand do that to PostgreSQL 18.4. */
function crashes(road: Road): number {
  return readFileSync(road.server.logFile, "utf8").split("was terminated by signal 11").length - 1;
}

/** Compares the two sides. A conversation that crashes the server says nothing about the gateway. */
async function compare(arena: Arena, sides: Both<Side>, conversation: Conversation): Promise<void> {
  const before = crashes(arena.road);
  try {
    const [direct, through] = await Promise.all([hold(sides.direct, conversation), hold(sides.through, conversation)]);
    // Which of two errors is told first may differ; that there is one, and what follows from it, may not.
    const errors = direct.map((line, at) => (line.startsWith("E ") && isOwnError(through[at]) ? through[at] : line));
    expect(through).toEqual(errors);
  } catch (error) {
    if (crashes(arena.road) === before) throw error;
    await untilLetIn(sides.direct);
    fc.pre(false);
  }
}

async function untilLetIn(side: Side): Promise<void> {
  for (;;) {
    const client = await WireClient.connect(side).catch(() => undefined);
    if (client !== undefined) return client[Symbol.asyncDispose]();
  }
}

it(
  "any sequence of messages, cut anywhere, is answered as by the server",
  async () => {
    await using arena = await startArena(`${schema}${reset}`);
    const sides = await arena.openSides();
    await fc.assert(
      fc.asyncProperty(conversations, (conversation) => compare(arena, sides, conversation)),
      { numRuns: RUNS, timeout: STUCK_MS },
    );
  },
  RUNS * 1_000,
);
