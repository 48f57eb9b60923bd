import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { join } from "node:path";
import { changeLogins, readLogins } from "../client/saved-logins.ts";
import { findTarget } from "../client/target.ts";
import { listGateways, useGateway } from "./gateways-command.ts";
import { logout } from "./logout-command.ts";

const EXPIRES = 1_800_000_000;

let folder: string;
let output: string[];
let notes: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-gateways-"));
  vi.stubEnv("XDG_CONFIG_HOME", folder);
  for (const name of ["SALLYPORT_GATEWAY", "SALLYPORT_CA_FILE"]) vi.stubEnv(name, "");
  output = [];
  notes = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void output.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void notes.push(line));
  const identityProvider = { name: "people", issuer: "https://i", audience: "a", clientId: "c", scopes: [] };
  const tokens = { token: "a-token", expires: EXPIRES };
  await changeLogins(() => ({
    current: "staging",
    gateways: {
      production: {
        url: "https://prod:7443",
        identityProvider,
        tokens: { ...tokens, refreshToken: "a-refresh-token" },
      },
      staging: { url: "https://staging:7443", tokens },
      old: { url: "https://old:7443" },
    },
  }));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe("sallyport gateways ls", () => {
  it("lists them for people, without a token", async () => {
    await listGateways({});
    const [headings, ...lines] = output.join("\n").split("\n");
    expect(headings).toMatch(/^CURRENT +NAME +URL +IDENTITY PROVIDER +LOGIN$/);
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["", "production", "https://prod:7443", "people", "renewed by itself"],
      ["*", "staging", "https://staging:7443", "until 2027-01-15 08:00:00"],
      ["", "old", "https://old:7443", "logged out"],
    ]);
    expect(output.join()).not.toContain("a-token");
  });

  it("lists them for programs, without a token", async () => {
    await listGateways({ json: true });
    const [text = ""] = output;
    expect(JSON.parse(text)).toMatchObject([
      { name: "production", current: false, loggedIn: true, renews: true, expires: "2027-01-15T08:00:00.000Z" },
      { name: "staging", current: true, url: "https://staging:7443", loggedIn: true, renews: false },
      { name: "old", current: false, loggedIn: false },
    ]);
    expect(text).not.toMatch(/a-token|a-refresh-token/);
  });
});

describe("sallyport gateways use", () => {
  it.each(["production", "https://prod:7443/"])("has commands ask %s", async (which) => {
    await useGateway(which, {});
    expect(output).toEqual(["Commands ask production from now on."]);
    expect(await findTarget({})).toMatchObject({ name: "production" });
    expect(notes).toEqual([]);
  });

  it("says so where a variable wins over it", async () => {
    vi.stubEnv("SALLYPORT_GATEWAY", "old");
    await useGateway("production", { json: true });
    expect(output.map((line): unknown => JSON.parse(line))).toEqual([{ current: "production" }]);
    expect(notes).toEqual(["SALLYPORT_GATEWAY is set, and wins: commands ask old."]);
  });

  it.each(["nowhere", "https://nowhere:7443", "__proto__"])(
    "changes nothing for %s, and names those that there are",
    async (which) => {
      await expect(useGateway(which, {})).rejects.toMatchObject({
        exitCode: 3,
        nextStep: `Those that you know are production, staging, old; sallyport login --gateway URL --name ${which} adds it.`,
      });
      expect(await readLogins()).toMatchObject({ current: "staging" });
    },
  );
});

describe("sallyport gateways forget", () => {
  it("leaves no current one where that was it, and the next command says what to do", async () => {
    await logout({ gateway: "staging", all: false, forget: true });
    expect(output).toEqual(["Logged out of staging and forgot it."]);
    expect(Object.keys((await readLogins()).gateways)).toEqual(["production", "old"]);
    await expect(findTarget({})).rejects.toMatchObject({
      exitCode: 3,
      message: "No gateway is the current one.",
      nextStep: "sallyport gateways use NAME, or --gateway NAME: you know production, old.",
    });
  });
});
