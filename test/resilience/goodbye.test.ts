import { expect, it } from "vitest";
import { send } from "../support/pg-client-messages.ts";
import { startRoad } from "../support/road.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

it("lets what was sent before a goodbye be carried out and answered", async () => {
  await using road = await startRoad();
  const client = await WireClient.connect(sideOf("through", await road.urlFor({ name: "alice" })));
  client.send(send.query("select 'done' from pg_sleep(0.5)"), send.terminate());
  const answers = await client.untilReady();
  expect(answers.map(({ tag }) => tag).join("")).toBe("TDCZ");
  expect(await client.next()).toBeUndefined();
});
