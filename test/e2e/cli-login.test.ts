import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "../support/browser.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";
import { until } from "../support/until.ts";

let plane: ControlPlane;

beforeAll(async () => {
  plane = await prepareControlPlane();
  await plane.startGateway();
  const applied = await plane.run(["apply", "-f", plane.documents], { environment: plane.local });
  expect(applied).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

/** Logs in as a person does, with a browser that is driven here. */
async function login(name: string, more: readonly string[] = []): Promise<string> {
  const running = plane.start(
    ["login", "--gateway", plane.url, "--ca", plane.certificates.caFile, "--no-browser", ...more],
    { as: name, input: "" },
  );
  await until(() => /^http\S+/m.test(running.errors()));
  const [url = ""] = /^http\S+/m.exec(running.errors().replace(/^Open /m, "")) ?? [];
  const page = await new Browser(name).visit(url);
  const { output, errors, code } = await running.result;
  expect({ errors: code === 0 ? "" : errors, code, page: page.text.length > 0 }).toEqual({
    errors: "",
    code: 0,
    page: true,
  });
  return output;
}

describe("sallyport login", () => {
  it("logs in with the browser, and is logged in from then on", async () => {
    expect(await login("alice")).toBe("Logged in to localhost as alice (admin, viewer).\n");
    const who = await plane.run(["whoami", "--json"], { as: "alice" });
    expect(JSON.parse(who.output)).toMatchObject({ name: "alice", groups: ["admins"] });
    const file = join(plane.folder, "homes", "alice", ".config", "sallyport", "logins.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, ".."))).mode & 0o777).toBe(0o700);
    expect(await readFile(file, "utf8")).toContain("refreshToken");
  });
});
