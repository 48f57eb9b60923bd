import { X509Certificate } from "node:crypto";
import { Client, credentials, Metadata, status, type ClientDuplexStream } from "@grpc/grpc-js";
import { agentMessage } from "@sallyport/shared/tunnel/control-messages";
import type { AgentMessage, GatewayMessage } from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import { TUNNEL_METADATA_KEY, tunnelService } from "@sallyport/shared/tunnel/tunnel-service";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../../../../test/support/memory-log.ts";
import { makeTunnelCertificates, type TunnelCertificates } from "../../../../test/support/tunnel-certificates.ts";
import { TunnelRegistry } from "./tunnel-registry.ts";
import { startTunnelServer } from "./tunnel-server.ts";

type KeyedCertificate = TunnelCertificates["gateway"];

describe("a relay stream", () => {
  it("joins the tunnel of its own certificate", async () => {
    await using desk = await openDesk();
    const tunnel = await desk.register(desk.alice);
    const relay = openRelay(desk.alice.client, tunnel);
    // the gateway's first echo goes out as soon as the two streams are joined
    await expect(firstOf(relay)).resolves.toBe("data");
  });

  it.each([
    ["another agent's certificate", "registered", "mallory"],
    ["a tunnel that nobody has registered", "made up", "alice"],
    ["no tunnel at all", "none", "alice"],
  ] as const)("with %s is refused, and takes nothing from whom it is", async (_what, named, who) => {
    await using desk = await openDesk();
    const registered = await desk.register(desk.alice);
    const tunnel = { registered, "made up": "00000000-0000-4000-8000-000000000000", none: undefined }[named];
    const refused = desk.log.until("tunnel.refused");
    const relay = openRelay(desk[who].client, tunnel);
    await expect(firstOf(relay)).resolves.toBe(status.PERMISSION_DENIED);
    await refused;
    expect(desk.registry.tunnels).toEqual([]);
    await expect(firstOf(openRelay(desk.alice.client, registered))).resolves.toBe("data");
  });

  it("is the only one of its tunnel", async () => {
    await using desk = await openDesk();
    const tunnel = await desk.register(desk.alice);
    await firstOf(openRelay(desk.alice.client, tunnel));
    await expect(firstOf(openRelay(desk.alice.client, tunnel))).resolves.toBe(status.PERMISSION_DENIED);
  });
});

/** A tunnel server that lets two agents in, whose every byte is the test's. */
async function openDesk() {
  await using opened = new AsyncDisposableStack();
  const certificates = opened.use(await makeTunnelCertificates());
  const own = { alice: await certificates.issueAgent("alice"), mallory: await certificates.issueAgent("mallory") };
  const known = new Map(Object.entries(own).map(([agent, certificate]) => [fingerprintOf(certificate), agent]));
  const log = memoryLog();
  const registry = new TunnelRegistry(log);
  const server = opened.use(
    await startTunnelServer({
      listen: { host: "127.0.0.1", port: 0 },
      tls: { ca: certificates.ca, ...certificates.gateway },
      replica: "replica-1",
      agentFor: ({ fingerprint }) => {
        const agent = known.get(fingerprint);
        return agent === undefined ? undefined : { agent, group: "group-1" };
      },
      registry,
      log,
    }),
  );
  const dial = (certificate: KeyedCertificate) => {
    const [ca, key, chain] = [certificates.ca, certificate.key, certificate.certificate].map((pem) => Buffer.from(pem));
    const options = { "grpc.use_local_subchannel_pool": 1 };
    const client = new Client(`localhost:${server.port}`, credentials.createSsl(ca, key, chain), options);
    opened.defer(() => client.close());
    return { client };
  };
  const [alice, mallory] = [dial(own.alice), dial(own.mallory)];
  const everything = opened.move();
  return { alice, mallory, log, registry, register, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

/** Opens a control stream and says who it is; resolves to the tunnel's name. */
function register({ client }: { readonly client: Client }): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = tunnelService.control;
  const control: ClientDuplexStream<AgentMessage, GatewayMessage> = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    new Metadata(),
  );
  const value = { agentVersion: "0.0.0", protocols: [], instance: "test", epoch: 1 };
  control.write(agentMessage({ case: "register", value }));
  return new Promise((resolve, reject) => {
    control.on("error", reject);
    control.on("data", ({ message }: GatewayMessage) => {
      if (message.case === "registered") resolve(message.value.tunnel);
    });
  });
}

function openRelay(client: Client, tunnel: string | undefined): ClientDuplexStream<Buffer, Buffer> {
  const metadata = new Metadata();
  if (tunnel !== undefined) metadata.set(TUNNEL_METADATA_KEY, tunnel);
  const { path, requestSerialize, responseDeserialize } = tunnelService.relay;
  return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata);
}

/** What comes first: a message, or the status that a stream ends with. */
function firstOf(stream: ClientDuplexStream<Buffer, Buffer>): Promise<"data" | status> {
  return new Promise((resolve) => {
    stream.on("data", () => resolve("data"));
    stream.on("error", ({ code }: { readonly code: status }) => resolve(code));
  });
}

function fingerprintOf({ certificate }: KeyedCertificate): string {
  return new X509Certificate(certificate).fingerprint256;
}
