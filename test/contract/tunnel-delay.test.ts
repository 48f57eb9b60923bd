import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import { INITIAL_CREDIT_BYTES, MAX_CREDIT_BYTES } from "@sallyport/shared/tunnel/credit-window";
import { describe, expect, it } from "vitest";
import { startDelayedLink } from "../support/delayed-link.ts";
import { startGrpcRig } from "./tunnel-rig.ts";

const never = new AbortController().signal;
const MiB = 1024 * 1024;
const BULK_BYTES = 64 * MiB;
/** So long that a whole window is on its way before the first credit is back, however slow the machine. */
const ONE_WAY_MS = 50;
/** Grown, a session has far more than HTTP/2's 64 KiB and more than its own first credit on the way. */
const FULL_LINK_BYTES = MAX_CREDIT_BYTES / 2;

describe("a tunnel over a link with a delay of 50 ms each way", () => {
  it("keeps the link full from the server to the client", async () => {
    await using opened = new AsyncDisposableStack();
    const { rig, link } = await startDelayedRig(opened);
    const { stream } = await rig.tunnel.open(rig.request(), never);
    await stream.write(Buffer.from(`SEND ${BULK_BYTES}\n`));
    await readBytes(stream, BULK_BYTES);
    expect(link.mostInFlight.toServer).toBeGreaterThan(FULL_LINK_BYTES);
    stream.destroy();
  });

  it("keeps the link full from the client to the server", async () => {
    await using opened = new AsyncDisposableStack();
    const { rig, link } = await startDelayedRig(opened);
    const { stream } = await rig.tunnel.open(rig.request(), never);
    await stream.write(Buffer.from("ECHO\n"));
    const reading = readBytes(stream, BULK_BYTES);
    for (let sent = 0; sent < BULK_BYTES; sent += MiB) await stream.write(Buffer.alloc(MiB));
    await reading;
    expect(link.mostInFlight.toClient).toBeGreaterThan(FULL_LINK_BYTES);
    stream.destroy();
  });

  it("does not grow a session's window for a reader that stands still", async () => {
    await using opened = new AsyncDisposableStack();
    const { rig, link } = await startDelayedRig(opened);
    const { stream } = await rig.tunnel.open(rig.request(), never);
    await stream.write(Buffer.from(`SEND ${BULK_BYTES}\n`));
    const other = await rig.tunnel.open(rig.request(), never);
    for (let round = 0; round < 10; round += 1) {
      await other.stream.write(Buffer.from("READ x\n"));
      expect(String(await other.stream.read())).toBe("OK x\n");
    }
    expect(link.mostInFlight.toServer).toBeLessThan(2 * INITIAL_CREDIT_BYTES);
    stream.destroy();
    other.stream.destroy();
  });
});

/** The agent is the link's client: what it sends flows to the link's server, the gateway. */
async function startDelayedRig(opened: AsyncDisposableStack) {
  const links: Awaited<ReturnType<typeof startDelayedLink>>[] = [];
  const rig = await startGrpcRig({
    via: async (port) => {
      const link = await startDelayedLink(port, ONE_WAY_MS);
      links.push(link);
      return link.port;
    },
  });
  const [link] = links;
  if (link === undefined) throw new Error("the agent does not go through the link");
  opened.use(link);
  opened.use(rig);
  return { rig, link };
}

async function readBytes(stream: ByteStream, length: number): Promise<void> {
  for (let got = 0; got < length;) {
    const bytes = await stream.read();
    if (bytes === undefined) throw new Error("the stream ended early");
    got += bytes.length;
  }
}
