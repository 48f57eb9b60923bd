import { createServer, request, type Server } from "node:http";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listenOnSocket, listenTogether, openSharedSocket } from "./unix-door.ts";

let folder: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-door-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(folder, { recursive: true, force: true });
});

function serverSaying(word: string): Server {
  const server = createServer((_request, response) => void response.end(word));
  servers.push(server);
  return server;
}

function ask(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path: "/", agent: false }, (response) => {
      response.setEncoding("utf8").once("data", resolve);
    });
    asking.once("error", reject).end();
  });
}

describe("the gateway's socket", () => {
  it("is its user's alone, takes the place of one that was left behind, and goes with its own gateway only", async () => {
    const path = join(folder, "api.sock");
    const takeFirstAway = await listenOnSocket(serverSaying("first"), path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await ask(path)).toBe("first");
    const takeSecondAway = await listenOnSocket(serverSaying("second"), path);
    expect(await ask(path)).toBe("second");
    await takeFirstAway();
    expect(await ask(path)).toBe("second");
    await takeSecondAway();
    expect(await readdir(folder)).toEqual([]);
  });

  it("is made anew in its place when nobody of those who listened together is left", async () => {
    const path = join(folder, "api.sock");
    const shared = await openSharedSocket(path);
    for (const word of ["first", "second"]) {
      await shared.prepare();
      const server = serverSaying(word);
      await listenTogether(server, shared.made);
      await shared.settle();
      // whoever comes later has nothing to move
      await shared.settle();
      expect(await ask(path)).toBe(word);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      server.close();
    }
    await shared.takeAway();
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes nobody's file away", async () => {
    const path = join(folder, "api.sock");
    await writeFile(path, "somebody's");
    await expect(listenOnSocket(serverSaying("first"), path)).rejects.toThrow(/something else lies there/);
    expect(await readdir(folder)).toEqual(["api.sock"]);
  });

  it("says that its path is too long", async () => {
    await expect(listenOnSocket(serverSaying("first"), join(folder, "x".repeat(100)))).rejects.toThrow(
      /at most 103 bytes/,
    );
  });
});
