import { GatewayError } from "@sallyport/shared/errors";
import { agentMessage } from "@sallyport/shared/tunnel/control-messages";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import { RemoteTunnel } from "./remote-tunnel.ts";

const shop: OpenSession = {
  session: "health",
  protocol: "pg",
  connection: "shop",
  server: { host: "db", port: 5432, tls: "verify-full" },
  credential: { user: "app" },
  database: undefined,
  principal: "sallyport",
  settings: {},
  options: {},
};

describe("what an agent says of a connection's health", () => {
  it("is kept and logged only of those that it was asked to check", () => {
    const log = memoryLog();
    const servers: string[] = [];
    const tunnel = new RemoteTunnel({
      agent: "alice",
      group: "shops",
      instance: "one",
      epoch: 1,
      sendControl: () => undefined,
      sendRelay: (_message, sent) => sent(),
      hangUp: () => undefined,
      onOnline: () => undefined,
      onServer: (connection, { version }) => servers.push(`${connection} ${version}`),
      log,
    });
    tunnel.watchHealth([shop]);
    for (const connection of ["shop", "made-up-1", "made-up-2"]) {
      tunnel.receiveControl(agentMessage({ case: "health", value: { connection, version: "18.0" } }));
    }
    expect(["shop", "made-up-1", "made-up-2"].map((name) => tunnel.isHealthy(name))).toEqual([
      true,
      undefined,
      undefined,
    ]);
    expect(log.lines.map(({ event, fields }) => [event, fields.connection])).toEqual([["connection.healthy", "shop"]]);
    expect(servers).toEqual(["shop 18.0"]);
    tunnel.close(new GatewayError("gateway/shutting-down", "the test is over"));
  });
});
