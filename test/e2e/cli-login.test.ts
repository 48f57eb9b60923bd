import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logIn } from "../support/cli-login.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";

/** On a machine that runs other tests too. */
const START_MS = 180_000;

let plane: ControlPlane;

beforeAll(async () => {
  plane = await prepareControlPlane();
  await plane.startGateway();
  await plane.run(["apply", "-f", plane.documents], { environment: plane.local });
}, START_MS);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const loginsOf = (name: string): string => join(plane.folder, "homes", name, ".config", "sallyport", "logins.json");

async function tokenOf(name: string): Promise<string> {
  return /"token": "([^"]+)"/.exec(await readFile(loginsOf(name), "utf8"))?.[1] ?? "";
}

describe("sallyport login", () => {
  it("logs in with the browser, and is logged in from then on", async () => {
    expect(await logIn(plane, "alice")).toMatchObject({
      code: 0,
      output: "Logged in to localhost as alice (admin, approver, viewer).\n",
    });
    const who = await plane.run(["whoami", "--json"], { as: "alice" });
    expect(JSON.parse(who.output)).toMatchObject({ name: "alice", groups: ["admins"], identityProvider: "people" });
    expect((await stat(loginsOf("alice"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(loginsOf("alice"), ".."))).mode & 0o777).toBe(0o700);
  });

  it("logs in with another device", async () => {
    const { code, output, errors } = await logIn(plane, "bob", ["--device", "--name", "work"]);
    expect({ code, output }).toEqual({ code: 0, output: "Logged in to work as bob.\n" });
    expect(errors).toMatch(/check that it shows the code [A-Z]{4}-[A-Z]{4}/);
    const who = await plane.run(["whoami", "--gateway", "work"], { as: "bob" });
    expect(who.output).toMatch(/name +bob\n.*\n?groups +engineers\nroles +none\n/);
  });

  it("renews a token that has ended without asking, once however many commands need it", async () => {
    plane.provider.tokenSeconds = 20;
    expect(await logIn(plane, "carol")).toMatchObject({ code: 0 });
    const before = await tokenOf("carol");
    plane.provider.tokenSeconds = 600;
    const all = await Promise.all([1, 2, 3].map(() => plane.run(["whoami"], { as: "carol" })));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await tokenOf("carol")).not.toBe(before);
    // the refresh token that came last still works
    expect(await plane.run(["whoami"], { as: "carol" })).toMatchObject({ code: 0 });
  });

  it("says what to do where there is no login, and where it has ended", async () => {
    expect(await plane.run(["whoami"], { as: "nobody" })).toMatchObject({ code: 3, output: "" });
    const { code, errors } = await plane.run(["whoami", "--gateway", plane.url, "--ca", plane.certificates.caFile], {
      as: "nobody",
    });
    expect({ code, errors }).toEqual({
      code: 3,
      errors: `\n✗ You are not logged in to ${plane.url}.\n  What to do: sallyport login --gateway ${plane.url}\n`,
    });
    expect(await plane.run(["logout"], { as: "carol" })).toMatchObject({
      code: 0,
      output: "Logged out of localhost.\n",
    });
    expect(await plane.run(["whoami"], { as: "carol" })).toMatchObject({ code: 3 });
    expect(await readFile(loginsOf("carol"), "utf8")).not.toMatch(/token/i);
  });

  it("takes the token of a job from its environment or a file", async () => {
    const token = await tokenOf("alice");
    const file = join(plane.folder, "job-token");
    await writeFile(file, `${token}\n`);
    const where = { SALLYPORT_GATEWAY: plane.url, SALLYPORT_CA_FILE: plane.certificates.caFile };
    const [fromEnvironment, fromFile] = await Promise.all([
      plane.run(["whoami"], { as: "job", environment: { ...where, SALLYPORT_TOKEN: token } }),
      plane.run(["whoami", "--token-file", file], { as: "job", environment: where }),
    ]);
    expect([fromEnvironment.code, fromFile.code]).toEqual([0, 0]);
    const wrong = await plane.run(["whoami", "--json"], {
      as: "job",
      environment: { ...where, SALLYPORT_TOKEN: "a.b.c" },
    });
    expect({ code: wrong.code, output: wrong.output }).toEqual({ code: 3, output: "" });
    expect(JSON.parse(wrong.errors)).toMatchObject({ error: { exitCode: 3, nextStep: "Log in: sallyport login" } });
  });

  it("refuses what a role does not allow, and says so", async () => {
    const { code, errors } = await plane.run(["principals", "revoke", "alice", "--gateway", "work"], { as: "bob" });
    expect(code).toBe(4);
    expect(errors).toContain("This request needs the role admin.");
  });

  it("does not trust a gateway by an authority that is not known", async () => {
    const { code, errors } = await plane.run(["login", "--gateway", plane.url], { as: "stranger" });
    expect(code).toBe(5);
    expect(errors).toContain("--ca FILE");
  });
});
