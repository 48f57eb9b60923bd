import { encodeStartupMessage } from "@sallyport/protocol-pg/messages/startup-message";
import { describe, expect, it } from "vitest";
import { readErrorResponse } from "../support/error-response.ts";
import { send } from "../support/pg-client-messages.ts";
import { startRoad } from "../support/road.ts";
import { connectScripted } from "../support/scripted-client.ts";
import { watchActivity } from "../support/server-activity.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

const ENDED = { code: "57P01", severity: "FATAL" };
const LARGE = "SELECT repeat('x', 1024 * 1024) FROM generate_series(1, 1000)";

describe("closing the gateway", () => {
  it.each(["grpc", "local"] as const)("ends whatever there is, wherever it stands (%s agent)", async (tunnel) => {
    await using road = await startRoad({ tunnel, limits: { loginSeconds: 3_600 } });
    const url = await road.urlFor({ name: "alice" });
    await using activity = await watchActivity(road.server.url);
    const silent = await connectScripted(road.port);
    const unproven = await connectScripted(road.port);
    const parameters = [
      ["user", sideOf("through", url).user],
      ["database", "shop"],
    ] as const;
    await unproven.send(encodeStartupMessage({ type: "StartupMessage", major: 3, minor: 0, parameters }));
    const asked = await unproven.receive(5);
    await unproven.receive(asked.readInt32BE(1) - 4);
    await using idle = await connectWatched(url);
    await using busy = await connectWatched(url);
    const query = failureOf(busy.client.query("SELECT pg_sleep(600)"));
    const deaf = await WireClient.connect(sideOf("through", url));
    deaf.send(send.query(LARGE));
    await activity.until((sessions) => sessions.filter(({ state }) => state === "active").length === 2);

    await road.gateway.close();

    expect(await silent.receiveAll()).toHaveLength(0);
    expect(readErrorResponse(await unproven.receiveAll())).toMatchObject(ENDED);
    expect(await idle.ended).toMatchObject(ENDED);
    expect(await query).toMatchObject(ENDED);
    expect(road.gateway.sessions.size).toBe(0);
    await activity.until((sessions) => sessions.length === 0);
    deaf.reset();
  });
});
