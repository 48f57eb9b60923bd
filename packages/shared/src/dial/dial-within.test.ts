import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { SocketStream } from "../stream/socket-stream.ts";
import { dialWithin } from "./dial-within.ts";

const late = (): GatewayError => new GatewayError("server/unreachable", "late");
const never = new Promise<never>(() => undefined);

function newStream(): SocketStream {
  return new SocketStream(new Socket(), "server/lost");
}

describe("dialWithin", () => {
  it("gives up on work that does not end, and closes the connection", async () => {
    const stream = newStream();
    await expect(
      dialWithin(
        1,
        late,
        async () => stream,
        async () => never,
      ),
    ).rejects.toThrow("late");
    await stream.closed;
  });

  it("closes a connection that comes about too late", async () => {
    const dialled = Promise.withResolvers<SocketStream>();
    await expect(
      dialWithin(
        1,
        late,
        () => dialled.promise,
        async () => never,
      ),
    ).rejects.toThrow("late");
    const stream = newStream();
    dialled.resolve(stream);
    await stream.closed;
  });

  it("passes on why dialling failed", async () => {
    const refused = async (): Promise<never> => Promise.reject(new GatewayError("server/unreachable", "refused"));
    await expect(dialWithin(60_000, late, refused, async () => never)).rejects.toThrow("refused");
  });
});
