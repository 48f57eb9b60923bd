import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { until } from "../support/until.ts";
import type { TunnelRig } from "./tunnel-rig.ts";

const never = new AbortController().signal;
const MiB = 1024 * 1024;

/** What a tunnel promises, wherever its agent is. */
export function describeTunnel(name: string, startRig: () => Promise<TunnelRig>): void {
  describe(`tunnel, ${name}: opening`, () => {
    it("logs in to the server and says what it said of itself", async () => {
      await using rig = await startRig();
      const { facts, stream } = await rig.tunnel.open(rig.request({ database: "orders" }), never);
      expect(facts).toEqual({ version: "1.0", settings: { session: "1" } });
      expect(rig.server.sessions.get("1")).toMatchObject({ user: "shop", database: "orders" });
      expect(await ask(stream, "READ hello")).toBe("OK hello");
      stream.destroy();
    });

    it.each([
      [
        "an address that the agent may not dial",
        { server: { host: "127.0.0.1", port: 2, tls: "disable" } },
        "agent/address-refused",
      ],
      [
        "an address where nobody answers",
        { server: { host: "127.0.0.1", port: 1, tls: "disable" } },
        "server/unreachable",
      ],
      [
        "a credential that is not there",
        { credential: { user: "shop", password: "env:NO_SUCH_VARIABLE" } },
        "agent/credential-unavailable",
      ],
      [
        "a credential that the server does not accept",
        { credential: { user: "shop", password: "env:PATH" } },
        "server/login-failed",
      ],
      ["a protocol that the agent does not speak", { protocol: "smoke-signals" }, "tunnel/no-agent"],
    ] as const)("refuses %s", async (_what, changes, code) => {
      await using rig = await startRig();
      await expect(rig.tunnel.open(rig.request(changes), never)).rejects.toMatchObject({ code });
      await until(() => rig.server.sockets.size === 0);
    });

    it("gives up at once when aborted, and drops the server's connection", async () => {
      await using rig = await startRig();
      rig.server.mute = true;
      const abort = new AbortController();
      const opening = rig.tunnel.open(rig.request(), abort.signal);
      await until(() => rig.server.sockets.size === 1);
      abort.abort();
      await expect(opening).rejects.toMatchObject({ code: "server/unreachable" });
      await until(() => rig.server.sockets.size === 0);
    });
  });

  describe(`tunnel, ${name}: bytes`, () => {
    it("carries them both ways in order, however they are cut", async () => {
      await using rig = await startRig();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 12 }),
          async (sizes) => {
            const { stream } = await rig.tunnel.open(rig.request(), never);
            await stream.write(Buffer.from("ECHO\n"));
            const sent = createHash("sha256");
            const sending = (async () => {
              for (const [index, size] of sizes.entries()) {
                const bytes = Buffer.alloc(size, `${index}-${size} `);
                sent.update(bytes);
                await stream.write(bytes);
              }
              stream.end();
            })();
            const received = createHash("sha256");
            for (let bytes = await stream.read(); bytes !== undefined; bytes = await stream.read())
              received.update(bytes);
            await sending;
            expect(received.digest("hex")).toBe(sent.digest("hex"));
            await stream.closed;
          },
        ),
        { numRuns: 15 },
      );
      await until(() => rig.server.sockets.size === 0);
    });

    it("ends after the last of them, on both sides", async () => {
      await using rig = await startRig();
      const { stream } = await rig.tunnel.open(rig.request(), never);
      await stream.write(Buffer.from(`SEND ${2 * MiB}\nBYE now\n`));
      const bytes = await readToEnd(stream);
      expect(bytes.length).toBe(2 * MiB + "BYE now\n".length);
      expect(bytes.toString("latin1", 2 * MiB)).toBe("BYE now\n");
      stream.end();
      await stream.closed;
      await until(() => rig.server.sockets.size === 0);
    });

    it("breaks when the server's connection does, after what it had said", async () => {
      await using rig = await startRig();
      const { stream } = await rig.tunnel.open(rig.request(), never);
      expect(await ask(stream, "READ before")).toBe("OK before");
      await stream.write(Buffer.from("BREAK\n"));
      await expect(stream.read()).rejects.toMatchObject({ code: "server/lost" });
      await stream.closed;
    });

    it("drops the server's connection when a stream is destroyed in mid-transfer, and stops what ran", async () => {
      await using rig = await startRig();
      const { stream } = await rig.tunnel.open(rig.request(), never);
      await stream.write(Buffer.from(`SEND ${20 * MiB}\n`));
      await stream.read();
      stream.destroy();
      await expect(stream.read()).rejects.toBeInstanceOf(Error);
      await until(() => rig.server.sockets.size === 0 && rig.server.cancelled.includes("1"));
    });
  });

  describe(`tunnel, ${name}: back-pressure`, () => {
    it("stops a server whose reader stands still, while 99 other sessions go on", async () => {
      await using rig = await startRig();
      const stalled = (await rig.tunnel.open(rig.request(), never)).stream;
      const others = await Promise.all(Array.from({ length: 99 }, () => rig.tunnel.open(rig.request(), never)));
      await stalled.write(Buffer.from(`SEND ${64 * MiB}\n`));
      const socket = rig.server.sessions.get("1")?.socket;
      const waiting = () => socket?.writableLength ?? 0;
      await until(() => waiting() > 0);
      for (let round = 0; round < 20; round += 1) {
        const answers = await Promise.all(others.map(({ stream }) => ask(stream, `READ ${round}`)));
        expect(new Set(answers)).toEqual(new Set([`OK ${round}`]));
      }
      // what has left the server lies in sockets and windows, whose bounds are far below what was asked for
      expect(waiting()).toBeGreaterThan(32 * MiB);
      expect((await readBytes(stalled, 64 * MiB)).length).toBe(64 * MiB);
      for (const { stream } of others) stream.destroy();
      stalled.destroy();
      await until(() => rig.server.sockets.size === 0);
    });

    it("holds up a writer whose server does not read", async () => {
      await using rig = await startRig();
      const { stream } = await rig.tunnel.open(rig.request(), never);
      rig.server.sessions.get("1")?.socket.pause();
      let taken = 0;
      const writing = (async () => {
        for (; taken < 64; taken += 1) await stream.write(Buffer.alloc(MiB, "\n"));
      })();
      const other = await rig.tunnel.open(rig.request(), never);
      for (let round = 0; round < 50; round += 1) expect(await ask(other.stream, `READ ${round}`)).toBe(`OK ${round}`);
      expect(taken).toBeLessThan(32);
      stream.destroy();
      await expect(writing).rejects.toBeInstanceOf(Error);
      other.stream.destroy();
    });
  });

  describe(`tunnel, ${name}: its life`, () => {
    it("cancels what a session runs, and takes a session that is gone for done", async () => {
      await using rig = await startRig();
      const request = rig.request();
      const { stream } = await rig.tunnel.open(request, never);
      await stream.write(Buffer.from("SLEEP\n"));
      await rig.tunnel.cancel(request.session);
      expect(await readLine(stream)).toBe("ERR cancelled");
      await rig.tunnel.cancel("no-such-session");
      expect(rig.server.cancelled).toEqual(["1"]);
      stream.destroy();
    });

    it("breaks every stream with tunnel/agent-lost when it goes, and leaves no server connection", async () => {
      await using rig = await startRig();
      const streams = await Promise.all(
        Array.from({ length: 10 }, async () => (await rig.tunnel.open(rig.request(), never)).stream),
      );
      const reading = streams.map((stream) => stream.read());
      rig.server.mute = true;
      const opening = rig.tunnel.open(rig.request(), never);
      await until(() => rig.server.sockets.size === 11);
      const outcomes = Promise.allSettled([...reading, opening]);
      rig.breakTunnel();
      for (const outcome of await outcomes)
        expect(outcome).toMatchObject({ status: "rejected", reason: { code: "tunnel/agent-lost" } });
      await rig.tunnel.closed;
      await expect(rig.tunnel.open(rig.request(), never)).rejects.toMatchObject({ code: "tunnel/no-agent" });
      await until(() => rig.server.sockets.size === 0);
    });

    it("keeps nothing of a thousand short sessions", async () => {
      await using rig = await startRig();
      for (let round = 0; round < 50; round += 1) {
        const sessions = await Promise.all(Array.from({ length: 20 }, () => rig.tunnel.open(rig.request(), never)));
        await Promise.all(
          sessions.map(async ({ stream }) => {
            expect(await ask(stream, "READ x")).toBe("OK x");
            stream.end();
            expect(await stream.read()).toBeUndefined();
            await stream.closed;
          }),
        );
      }
      await until(() => rig.server.sockets.size === 0 && "sessionCount" in rig.tunnel && rig.tunnel.sessionCount === 0);
    });
  });
}

async function ask(stream: ByteStream, line: string): Promise<string> {
  await stream.write(Buffer.from(`${line}\n`));
  return readLine(stream);
}

async function readLine(stream: ByteStream): Promise<string> {
  let answer = "";
  while (!answer.endsWith("\n")) answer += String(await stream.read());
  return answer.trimEnd();
}

async function readToEnd(stream: ByteStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let bytes = await stream.read(); bytes !== undefined; bytes = await stream.read()) chunks.push(bytes);
  return Buffer.concat(chunks);
}

async function readBytes(stream: ByteStream, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let got = 0; got < length; got += chunks.at(-1)?.length ?? 0) {
    const bytes = await stream.read();
    if (bytes === undefined) break;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
