import { createServer, type Socket } from "node:net";

/** A server that knows only its lines: one for each chunk that a client sends, whatever is in it. */
export interface ScriptedServer extends AsyncDisposable {
  readonly port: number;
  /** What each connection's client sent, in the order in which they connected. */
  readonly heard: readonly Buffer[];
}

/** `undefined` in a script means: hang up. A script that is over leaves the connection open. */
export async function startScriptedServer(
  ...scripts: readonly (readonly (Buffer | undefined)[])[]
): Promise<ScriptedServer> {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const index = heard.push(Buffer.alloc(0)) - 1;
    const lines = [...(scripts[index] ?? scripts.at(-1) ?? [])];
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      heard[index] = Buffer.concat([heard[index] ?? Buffer.alloc(0), chunk]);
      if (lines.length === 0) return;
      const line = lines.shift();
      if (line === undefined) socket.end();
      else socket.write(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
