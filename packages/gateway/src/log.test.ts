import { Secret } from "@sallyport/shared/secret";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createLog, type LogFields } from "./log.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(createLog({ write: (line: string) => lines.push(line) }));
  expect(lines).toHaveLength(1);
  const line = lines[0] ?? "";
  expect(line.trim()).not.toContain("\n");
  return z.record(z.string(), z.unknown()).parse(JSON.parse(line));
}

describe("the log", () => {
  it("says when, how bad, what and about whom", () => {
    const line = logged((log) => log.warn("login refused", { session: "s1", code: "login/failed", durationMs: 12 }));
    expect(line["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(line).toEqual({
      time: line["time"],
      level: "warn",
      event: "login refused",
      session: "s1",
      code: "login/failed",
      durationMs: 12,
    });
  });

  it("drops what is not on the list, however it came there", () => {
    const spread: LogFields = Object.assign({ session: "s1" }, { password: "hunter2", token: new Secret("t") });
    expect(Object.keys(logged((log) => log.info("x", spread)))).toEqual(["level", "time", "session", "event"]);
  });

  it("bounds and escapes text from outside", () => {
    const line = logged((log) => log.info("x", { user: "a\u001b[2J\u202eb\u2028c", reason: "r".repeat(5_000) }));
    expect(line["user"]).toBe("a\\u{1b}[2J\\u{202e}b\\u{2028}c");
    expect(String(line["reason"])).toHaveLength(1_001);
  });

  it("leaves a token out wherever it was pasted", () => {
    const token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
    const line = logged((log) => log.info("x", { user: token, reason: `no user "${token}"` }));
    expect(line).toMatchObject({ user: "[token]", reason: 'no user "[token]"' });
  });
});
