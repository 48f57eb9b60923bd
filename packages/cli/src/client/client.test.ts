import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandFailure } from "../command-failure.ts";
import { pathOf } from "./api-client.ts";
import { configFolder } from "./config-folder.ts";
import { chooseToken } from "./login/choose-token.ts";
import { Refusal } from "./refusal.ts";
import { changeLogins, loginsFile, readLogins } from "./saved-logins.ts";
import { findTarget, parseGatewayUrl } from "./target.ts";
import { unreachable } from "./unreachable.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-config-"));
  vi.stubEnv("XDG_CONFIG_HOME", folder);
  for (const name of ["SALLYPORT_GATEWAY", "SALLYPORT_CA_FILE"]) vi.stubEnv(name, "");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const login = { url: "https://gateway.example.com:7443", tokens: { token: "t", expires: 1 } };

describe("the saved logins", () => {
  it("are readable by their owner alone, and nothing else is left beside them", async () => {
    await changeLogins(() => ({ current: "a", gateways: { a: login } }));
    await Promise.all(
      ["b", "c", "d"].map((name) =>
        changeLogins(({ gateways }) => ({ current: name, gateways: { ...gateways, [name]: login } })),
      ),
    );
    expect(Object.keys((await readLogins()).gateways).toSorted()).toEqual(["a", "b", "c", "d"]);
    expect((await stat(loginsFile())).mode & 0o777).toBe(0o600);
    expect((await stat(configFolder())).mode & 0o777).toBe(0o700);
    expect(await readdir(configFolder())).toEqual(["logins.json"]);
  });

  it("stay as they were where a change fails", async () => {
    await changeLogins(() => ({ gateways: { a: login } }));
    const failed = changeLogins(() => {
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await readLogins()).toEqual({ gateways: { a: login } });
    expect(await readdir(configFolder())).toEqual(["logins.json"]);
  });

  it("say what to do where they cannot be read", async () => {
    await changeLogins(() => ({ gateways: {} }));
    await writeFile(loginsFile(), "{");
    await expect(readLogins()).rejects.toMatchObject({ nextStep: `Remove ${loginsFile()} and log in again.` });
    expect(await readFile(loginsFile(), "utf8")).toBe("{");
  });
});

describe("findTarget", () => {
  it("finds a login by its name, its URL, or as the current one", async () => {
    await changeLogins(() => ({ current: "work", gateways: { work: { ...login, ca: "PEM" } } }));
    for (const gateway of [undefined, "work", "https://gateway.example.com:7443/"])
      expect(await findTarget({ gateway })).toMatchObject({ kind: "url", name: "work", ca: { pem: "PEM" } });
    vi.stubEnv("SALLYPORT_GATEWAY", "https://other.example.com");
    expect(await findTarget({})).toMatchObject({ kind: "url", name: undefined, login: undefined });
    expect(await findTarget({ gateway: "work" })).toMatchObject({ name: "work" });
  });

  it("knows a gateway on this host, and finds its authority beside its socket", async () => {
    const path = join(folder, "api.sock");
    expect(await findTarget({ gateway: `unix:${path}` })).toEqual({ kind: "socket", path, ca: undefined });
    await writeFile(join(folder, "ca.crt"), "PEM");
    expect(await findTarget({ gateway: `unix:${path}` })).toMatchObject({ ca: { pem: "PEM" } });
  });

  it("says what to do where there is none", async () => {
    await expect(findTarget({})).rejects.toMatchObject({ exitCode: 3 });
    await expect(findTarget({ gateway: "__proto__" })).rejects.toMatchObject({ exitCode: 3 });
    await expect(findTarget({ gateway: "https://g", ca: join(folder, "none") })).rejects.toMatchObject({ exitCode: 2 });
  });

  it.each([
    "http://gateway.example.com",
    "https://user@gateway.example.com",
    "https://g/path",
    "https://g?x",
    "https://",
  ])("takes no URL such as %s", (text) => {
    expect(() => parseGatewayUrl(text)).toThrow("is no URL of a gateway");
  });
});

describe("chooseToken", () => {
  const token = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;

  it("takes the token that is for the audience", () => {
    const id = token({ aud: "client", exp: 5 });
    const access = token({ aud: ["other", "sallyport"], exp: 7 });
    const given = { access_token: access, id_token: id, refresh_token: "r" };
    expect(chooseToken(given, "sallyport")).toEqual({ token: access, expires: 7, refreshToken: "r" });
    expect(chooseToken({ ...given, access_token: "opaque" }, "client")).toMatchObject({ token: id, expires: 5 });
  });

  it.each([
    ["opaque", undefined],
    [token({ aud: "else", exp: 1 }), token({ aud: "client", exp: 1 })],
    [token({ aud: "sallyport" }), "e30.!!!.x"],
    ["e30.bnVsbA.x", undefined],
  ])("says so where none is, and shows no token (%#)", (access, id) => {
    const choose = () => chooseToken({ access_token: access, id_token: id }, "sallyport");
    expect(choose).toThrow('gave no token for the audience "sallyport"');
    expect(choose).not.toThrow(access);
  });
});

describe("a refusal", () => {
  const problem = { type: "t", title: "Your role does not allow this request.", status: 403, requestId: "r" };

  it("says apart what happened and what to do", () => {
    const forbidden = new Refusal({
      ...problem,
      code: "api/forbidden",
      detail:
        "This request needs the role admin. Ask an administrator, or log in as somebody with the role that the message names.",
    });
    expect(forbidden).toMatchObject({
      message: "This request needs the role admin. [api/forbidden]",
      exitCode: 4,
      nextStep: "sallyport whoami shows your roles; an administrator can give you others.",
    });
    const custom = new Refusal({
      ...problem,
      status: 409,
      code: "store/conflict",
      detail: "It was revoked before. Nothing needs to be done.",
    });
    expect(custom).toMatchObject({
      message: "It was revoked before. [store/conflict]",
      nextStep: "Nothing needs to be done.",
      exitCode: 1,
    });
  });

  it("knows codes that a newer gateway has, and lists faults", () => {
    const refusal = new Refusal({
      ...problem,
      status: 503,
      code: "new/code",
      detail: "Something\u001b[2J.",
      errors: [{ in: "body", field: "group", message: "must be a name" }],
    });
    expect(refusal.message).toBe("Something\\u{1b}[2J. [new/code]\n  group: must be a name");
    expect(refusal).toMatchObject({ exitCode: 5, nextStep: "The gateway's log and audit name the request r." });
  });
});

describe("unreachable", () => {
  const url = {
    kind: "url",
    url: new URL("https://g.example.com:7443"),
    ca: undefined,
    name: undefined,
    login: undefined,
  } as const;
  const failure = (code: string) => Object.assign(new Error("failed"), { code });

  it.each([
    ["ENOTFOUND", "has no address here"],
    ["ECONNREFUSED", "Nothing listens at g.example.com on port 7443."],
    ["SELF_SIGNED_CERT_IN_CHAIN", "signed by an authority that is not known here"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "is not for the name g.example.com"],
    ["CERT_HAS_EXPIRED", "is not valid now"],
    ["ECONNRESET", "is not the gateway's API"],
    ["EHOSTUNREACH", "cannot be reached: failed"],
  ])("tells %s", (code, text) => {
    const told = unreachable(failure(code), url);
    expect(told.message).toContain(text);
    expect(told.exitCode).toBe(5);
  });

  it("tells a socket that is another user's from one where nobody listens", () => {
    const socket = { kind: "socket", path: "/run/api.sock", ca: undefined } as const;
    expect(unreachable(failure("EACCES"), socket)).toMatchObject({ exitCode: 4 });
    expect(unreachable(failure("ENOENT"), socket)).toMatchObject({ exitCode: 5 });
    const own = new CommandFailure("own", "step");
    expect(unreachable(own, socket)).toBe(own);
  });
});

describe("pathOf", () => {
  it("lets no name leave its place", () => {
    expect(pathOf`/v1/principals/${"../x?y#z"}/revoked`).toBe("/v1/principals/..%2Fx%3Fy%23z/revoked");
  });
});
