import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { MAX_SMALL_FILE_BYTES } from "@sallyport/shared/files/read-small-file";
import { describe, expect, it } from "vitest";
import { readCommandOutput } from "@sallyport/shared/references/command-output";
import { createCredentialReader } from "./read-credential.ts";
import { splitCommandLine } from "@sallyport/shared/references/split-command-line";

const NODE = process.execPath;

describe("reading a credential", () => {
  it("takes an environment variable, a file and a command's output, without the last newline", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "password");
    await writeFile(path, "from a file\r\n");
    process.env["CREDENTIAL_TEST"] = "from the environment";
    const command = `command:${NODE} -e "console.log('from a  command')"`;
    const read = createCredentialReader(["env:*", "file:*", command]);
    expect((await read("env:CREDENTIAL_TEST")).reveal()).toBe("from the environment");
    expect((await read(`file:${path}`)).reveal()).toBe("from a file");
    expect((await read(command)).reveal()).toBe("from a  command");
  });

  it("refuses what the configuration does not let connections name", async () => {
    const read = createCredentialReader(["env:SHOP_*", "file:/etc/sallyport/*"]);
    for (const reference of [
      "env:PATH",
      "file:/etc/shadow",
      "file:/etc/sallyport/../shadow",
      "command:/bin/true",
      "shop",
      "ENV:SHOP_X",
    ]) {
      await expect(read(reference)).rejects.toMatchObject({ code: "agent/credential-unavailable" });
    }
  });

  it("names the source that failed and never what it held", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "password");
    await writeFile(path, "hunter2".repeat(MAX_SMALL_FILE_BYTES));
    const failing = `command:${NODE} -e "console.log('hunter' + 2); console.error('hunter' + 2); process.exit(3)"`;
    const read = createCredentialReader(["*"]);
    for (const reference of [
      `file:${path}`,
      "file:/no/such/file",
      `file:${folder.path}`,
      "env:NO_SUCH_VARIABLE",
      failing,
      "command:/no/such/program",
    ]) {
      const error: unknown = await read(reference).catch((reason: unknown) => reason);
      const printed = inspect(error, { depth: 10 });
      expect(printed).toContain(reference.slice(0, 8));
      expect(printed).not.toContain("hunter2");
    }
  });
  it("does not wait for a pipe that nobody writes to", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "pipe");
    await promisify(execFile)("mkfifo", [path]);
    await expect(createCredentialReader(["file:*"])(`file:${path}`)).rejects.toThrow(/not a file/);
  });

  it("prints as a placeholder", async () => {
    process.env["CREDENTIAL_TEST"] = "hunter2";
    const secret = await createCredentialReader(["env:*"])("env:CREDENTIAL_TEST");
    expect(`${String(secret)} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain("hunter2");
  });
});

describe("a credential's command", () => {
  it("is ended when it takes too long", async () => {
    await expect(readCommandOutput(`${NODE} -e "setInterval(() => {}, 1000)"`, 200)).rejects.toThrow(
      /did not end within 200 ms/,
    );
  });

  it("may not print without end", async () => {
    await expect(readCommandOutput(`${NODE} -e "for (;;) console.log('y'.repeat(10000))"`)).rejects.toThrow(
      /more than 65536 bytes/,
    );
  });

  it("must print something", async () => {
    await expect(readCommandOutput(`${NODE} -e ""`)).rejects.toThrow(/nothing/);
  });

  it.each([
    ["a b  c", ["a", "b", "c"]],
    [`a 'b c' "d e"f`, ["a", "b c", "d ef"]],
    [String.raw`a\ b "c\"d" 'e\f'`, ["a b", 'c"d', String.raw`e\f`]],
    ["a '' b", ["a", "", "b"]],
    ["$HOME | *; `x`", ["$HOME", "|", "*;", "`x`"]],
  ])("is split without a shell: %s", (line, words) => {
    expect(splitCommandLine(line)).toEqual(words);
  });

  it("has no quote left open", () => {
    expect(() => splitCommandLine("a 'b")).toThrow(/not closed/);
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "sallyport-credential-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
