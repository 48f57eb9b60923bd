import { once } from "node:events";
import { connect } from "node:http2";
import { expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import { makeTunnelCertificates } from "../../../../test/support/tunnel-certificates.ts";
import { TunnelRegistry } from "./tunnel-registry.ts";
import { startTunnelServer } from "./tunnel-server.ts";

it("hangs up on a connection that carries no stream", async () => {
  await using certificates = await makeTunnelCertificates();
  const log = memoryLog();
  await using server = await startTunnelServer({
    listen: { host: "127.0.0.1", port: 0 },
    tls: { ca: certificates.ca, ...certificates.gateway },
    replica: "replica-1",
    agentFor: () => ({ agent: "alice", group: "test" }),
    registry: new TunnelRegistry(log),
    log,
  });
  const { certificate: cert, key } = await certificates.issueAgent("alice");
  const connection = connect(`https://localhost:${server.port}`, { ca: certificates.ca, cert, key });
  await once(connection, "connect");
  // by itself: nothing here ends it
  await once(connection, "close");
  expect(connection.destroyed).toBe(true);
});
