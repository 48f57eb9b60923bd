import { describe, expect, it } from "vitest";
import { packageFiles, packageOf } from "./source-files.ts";

/** What every adapter has, under these names: files, and rooms. */
const parts = [
  "adapter.ts",
  "client-guide.ts",
  "client-login/greet-client.ts",
  "frame-limits.ts",
  "framer.ts",
  "inspector/client-side.ts",
  "inspector/conversation.ts",
  "inspector/inspector.ts",
  "inspector/server-side.ts",
  "native-errors.ts",
  "server-login/cancel-on-server.ts",
  "server-login/check-server.ts",
  "server-login/collect-facts.ts",
  "server-login/login-to-server.ts",
];
/** PostgreSQL's inspector carries out what policy makes of results, which those of the others do not yet. */
const MOST_TIMES_LARGER = 2.5;

const sources = packageFiles().filter(({ path }) => !path.endsWith(".test.ts") && !path.includes("/testing/"));
const adapters = Map.groupBy(
  sources.filter(({ path }) => packageOf(path).startsWith("protocol-")),
  ({ path }) => packageOf(path),
);

const rooms = [...adapters.values()].map((files) => new Set(files.map(({ path }) => roomOf(path))));

describe("the adapters", () => {
  it("are at least three", () => {
    expect(adapters.size).toBeGreaterThanOrEqual(3);
  });

  it.each([...adapters.keys()])("%s has the parts that all have", (name) => {
    const own = new Set((adapters.get(name) ?? []).map(({ path }) => path.replace(`packages/${name}/src/`, "")));
    expect(parts.filter((part) => !own.has(part))).toEqual([]);
    expect([...own].some((path) => path.startsWith("statements/"))).toBe(true);
    expect([...own].some((path) => path.startsWith("messages/"))).toBe(true);
  });

  // a room that only some of them have yet says nothing about the others
  it("are of comparable size in the rooms that all have", () => {
    const sizes = [...adapters.values()].map((files) =>
      files
        .filter(({ path }) => rooms.every((own) => own.has(roomOf(path))))
        .reduce((sum, { text }) => sum + text.split("\n").length, 0),
    );
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(MOST_TIMES_LARGER);
  });
});

/** The folder of an adapter that a file lies in; empty for those beside them. */
function roomOf(path: string): string {
  const [, , , room, ...rest] = path.split("/");
  return rest.length === 0 ? "" : (room ?? "");
}
