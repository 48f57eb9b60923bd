import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logIn } from "../support/cli-login.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";
import { everything } from "../support/protocol-road.ts";
import type { Running } from "../support/sallyport.ts";
import { until } from "../support/until.ts";

/** On a machine that runs other tests too. */
const START_MS = 180_000;

let plane: ControlPlane;

beforeAll(async () => {
  plane = await prepareControlPlane();
  await plane.startGateway();
  await plane.run(["apply", "-f", plane.documents], { environment: plane.local });
  await plane.startAgent();
  await Promise.all(["alice", "bob"].map((name) => logIn(plane, name)));
}, START_MS);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const admin = (...args: string[]) => plane.run(args, { as: "alice" });
const bob = (...args: string[]) => plane.run(args, { as: "bob" });

async function json(...args: string[]): Promise<unknown> {
  const { output, errors, code } = await admin(...args, "--json");
  expect({ errors, code }).toEqual({ errors: "", code: 0 });
  return JSON.parse(output);
}

async function quiet(...args: string[]): Promise<readonly string[]> {
  const { output } = await admin(...args, "--quiet");
  return output.split("\n").filter((line) => line !== "");
}

/** A psql of bob's that waits in a statement. */
async function sleeping(): Promise<Running> {
  const running = plane.start(["psql", "shop", "--", "-c", "select 'in'", "-c", "select pg_sleep(50)"], {
    as: "bob",
    input: "",
  });
  await until(() => running.output().includes("in"));
  return running;
}

describe("sallyport psql and connect", () => {
  it("start a program that is logged in, and end with its code", async () => {
    expect(await bob("psql", "shop", "--", "-Atc", "select 40 + 2")).toMatchObject({ code: 0, output: "42\n" });
    expect(await bob("psql", "shop/template1", "--", "-Atc", "select current_database()")).toMatchObject({
      output: "template1\n",
    });
    expect(await bob("psql", "shop", "--", "-v", "ON_ERROR_STOP=1", "-c", "select nothing")).toMatchObject({ code: 1 });
    expect(
      await bob("connect", "shop", "--exec", "--", "sh", "-c", 'psql "$DATABASE_URL" -Atc "select 1"; exit 7'),
    ).toMatchObject({ code: 7, output: "1\n" });
  });

  it("pass signals on", async () => {
    const running = plane.start(
      ["connect", "shop", "--exec", "--", "sh", "-c", "trap 'kill $!; exit 9' TERM; sleep 50 & echo up; wait"],
      {
        as: "bob",
        input: "",
      },
    );
    await until(() => running.output() === "up\n");
    running.child.kill("SIGTERM");
    expect(await running.result).toMatchObject({ code: 9 });
  });

  it("print a URL that works", async () => {
    const { output } = await bob("connect", "shop");
    expect(output).toMatch(/^postgres:\/\/bob~\S+\n$/);
    const used = await plane.run(["connect", "shop", "--exec", "--", "psql", output.trim(), "-Atc", "select 5"], {
      as: "bob",
    });
    expect(used).toMatchObject({ code: 0, output: "5\n" });
  });

  it("show no secret in any argument of any process", async () => {
    const logins = readFileSync(join(plane.folder, "homes", "bob", ".config", "sallyport", "logins.json"), "utf8");
    const [, token = ""] = /"token": "([^"]+)"/.exec(logins) ?? [];
    const running = await sleeping();
    const lines = commandLines();
    const environments = lines.filter(({ pid }) => /PGPASSWORD/.test(environmentOf(pid)));
    const passwords = environments.map(({ pid }) => /PGPASSWORD=([^\0]+)/.exec(environmentOf(pid))?.[1] ?? "");
    running.child.kill("SIGTERM");
    await running.result;
    expect(token.length).toBeGreaterThan(100);
    expect(passwords.length).toBeGreaterThan(0);
    for (const secret of [token, ...passwords]) expect(lines.filter(({ line }) => line.includes(secret))).toEqual([]);
  });
});

describe("sallyport sessions and tickets", () => {
  it("show who is connected, what happens, and end it", async () => {
    const running = await sleeping();
    const [id = ""] = await quiet("sessions", "ls", "--principal", "bob");
    expect(await json("sessions", "show", id)).toMatchObject({ principal: "bob", connection: "shop" });
    const tail = await admin("sessions", "tail", id, "--no-follow");
    expect(tail.output).toMatch(
      /opened by bob from \S+ on shop\n.*allowed {2}select 'in'\n.*completed: SELECT 1, 1 rows\n/s,
    );
    const following = plane.start(["sessions", "tail", id], { as: "alice", input: "" });
    await until(() => following.output().includes("pg_sleep"));
    expect(await admin("sessions", "kill", id)).toMatchObject({ code: 0, output: `${id} has ended.\n` });
    const { code, errors } = await running.result;
    expect(code).toBe(2);
    expect(errors).toContain("An administrator has ended this session.");
    expect((await following.result).output).toMatch(/closed: .+\n$/);
    expect(await json("sessions", "ls")).toEqual([]);
  });

  it("end a session whose ticket is taken back", async () => {
    const running = await sleeping();
    const [ticket = ""] = await quiet("tickets", "ls", "--principal", "bob", "--connection", "shop");
    expect(await admin("tickets", "revoke", ticket)).toMatchObject({ code: 0 });
    const began = Date.now();
    expect((await running.result).code).toBe(2);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it("take a ticket back when its program has ended", async () => {
    await bob("psql", "shop", "--", "-c", "select 1");
    const valid = await quiet("tickets", "ls", "--principal", "bob");
    // that of the URL that was printed lives on
    expect(valid.length).toBeLessThanOrEqual(1);
  });

  it("mint tickets for others, for whom they may", async () => {
    const minted = await admin(
      "tickets",
      "mint",
      "shop",
      "--as",
      "reports",
      "--kind",
      "service",
      "--group",
      "engineers",
    );
    expect(minted.output).toMatch(/^user +reports~\S+\npassword +\S+\nconnection +shop\nends +in .+\n$/);
    expect(await bob("tickets", "mint", "shop", "--as", "alice")).toMatchObject({ code: 4 });
    const psql = [
      "psql",
      "shop",
      "--as",
      "reports",
      "--kind",
      "service",
      "--group",
      "engineers",
      "--",
      "-Atc",
      "select 3",
    ];
    expect(await plane.run(psql, { environment: plane.local })).toMatchObject({ code: 0, output: "3\n" });
  });
});

describe("sallyport apply", () => {
  it("shows the difference, applies all or nothing, and deletes only with --prune", async () => {
    await plane.writeDocument("more", { ...everything, policy: "more", who: { groups: ["more"] } });
    const dry = await admin("apply", "-f", plane.documents, "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.output).toMatch(/^new: policy more\n {2}\+ policy: more\n/);
    expect(await json("policies", "ls")).toHaveLength(1);
    expect((await admin("apply", "-f", plane.documents)).output).toContain("Done: 1 new, 0 changed, 0 deleted");
    await rm(join(plane.documents, "more.yaml"));
    const kept = await admin("apply", "-f", plane.documents);
    expect(kept.output).toContain("The gateway also has policy more; --prune deletes what is not in the folder.");
    expect(await json("policies", "ls")).toHaveLength(2);
    const pruned = await admin("apply", "-f", plane.documents, "--prune", "--yes");
    expect(pruned.output).toMatch(/^deleted: policy more\n/);
    expect(await json("policies", "ls")).toHaveLength(1);
    expect((await admin("policies", "versions", "more")).output).toMatch(/deleted\n.*created\n$/);
  });

  it("changes nothing where a document is not valid, and names its file", async () => {
    await plane.writeDocument("good", { ...everything, policy: "good", who: { groups: ["more"] } });
    await writeFile(join(plane.documents, "bad.yaml"), "policy: bad\nwho: { groups: [a] }\nrules:\n  - alow: [read]\n");
    const { code, errors } = await admin("apply", "-f", plane.documents);
    expect(code).toBe(1);
    expect(errors).toMatch(/bad\.yaml:4: .*alow/);
    await rm(join(plane.documents, "bad.yaml"));
    await writeFile(join(plane.documents, "bad.yaml"), "connection: shop\n");
    expect(await admin("apply", "-f", plane.documents)).toMatchObject({ code: 1 });
    await rm(join(plane.documents, "bad.yaml"));
    await rm(join(plane.documents, "good.yaml"));
    expect(await json("policies", "ls")).toHaveLength(1);
    expect(await bob("apply", "-f", plane.documents)).toMatchObject({ code: 4 });
  });
});

describe("the lists", () => {
  it("show what there is, to people and programs", async () => {
    expect((await admin("connections", "ls")).output).toMatch(/^NAME +PROTOCOL +AGENT GROUP.*\nshop +pg /);
    expect((await bob("connections", "ls", "--mine")).output).toMatch(/\nshop +pg +postgres +\d+\n$/);
    expect((await admin("connections", "show", "shop")).output).toMatch(/^connection: shop\n/);
    expect((await admin("agents", "ls")).output).toMatch(/test-agent +\S+ +online/);
    expect((await admin("agents", "ls", "--groups")).output).toMatch(/1 of 1 +test-agent +shop\n$/);
    expect((await admin("principals", "ls")).output).toMatch(/bob +human +engineers/);
    expect((await admin("policies", "show", "everything")).output).toMatch(/^policy: everything\n/);
    expect((await admin("audit", "ls", "--kind", "ticket", "--limit", "3")).output.split("\n")).toHaveLength(5);
    expect(await json("audit", "ls", "--actor", "alice", "--limit", "1")).toMatchObject([{ actor: { name: "alice" } }]);
  });

  it("explain a statement by the policies that hold", async () => {
    const asked = [
      "policy",
      "explain",
      "--connection",
      "shop",
      "--principal",
      "bob",
      "--group",
      "engineers",
      "select 1",
    ];
    expect((await admin(...asked)).output).toMatch(/^select 1\nallowed\n/);
    expect((await admin(...asked.slice(0, -3), "select 1")).output).toMatch(/^select 1\nrefused: /);
  });

  it("keep a principal out and let it in again", async () => {
    expect(await admin("principals", "revoke", "bob")).toMatchObject({ code: 0 });
    expect(await bob("psql", "shop", "--", "-c", "select 1")).toMatchObject({ code: 4 });
    expect(await admin("principals", "restore", "bob")).toMatchObject({ code: 0 });
    expect(await bob("psql", "shop", "--", "-c", "select 1")).toMatchObject({ code: 0 });
  });
});

function commandLines(): { readonly pid: string; readonly line: string }[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [{ pid, line: readFileSync(`/proc/${pid}/cmdline`, "utf8") }];
    } catch {
      return [];
    }
  });
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
