import { execFile } from "node:child_process";
import { describe, expect, it } from "vitest";
import { makeKey, makeRequest } from "./certificate-request.ts";

describe("a certificate request", () => {
  it.each([["db-1"], ["a".repeat(63)], [undefined]])("is one that openssl verifies, for %s", async (name) => {
    const text = await openssl(makeRequest(await makeKey(), name), "req", "-verify", "-noout", "-text");
    expect(text).toContain("verify OK");
    expect(text).toContain("P-256");
    if (name !== undefined) expect(text).toMatch(new RegExp(`Subject: CN ?= ?${name}\\n`));
    expect(text).not.toContain("X509v3");
  });
});

function openssl(input: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("openssl", args, (error, stdout, stderr) =>
      error === null ? resolve(stdout + stderr) : reject(error),
    );
    child.stdin?.end(input);
  });
}
