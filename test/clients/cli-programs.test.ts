import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mysqlPrograms } from "@sallyport/cli/servers/mysql-programs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logIn } from "../support/cli-login.ts";
import { mongoshProgram } from "../support/client-programs.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";
import { startServedDouble } from "../support/served-mongo.ts";
import { startServedMysql } from "../support/served-mysql.ts";

/** On a machine that runs other tests too. */
const START_MS = 180_000;

const opened = new AsyncDisposableStack();
let plane: ControlPlane;
let path: string;

beforeAll(async () => {
  const mysql = opened.use(await startServedMysql("mysql"));
  const mongo = opened.use(await startServedDouble());
  plane = opened.use(await prepareControlPlane([mysql, mongo]));
  const programs = join(plane.folder, "programs");
  await mkdir(programs);
  const installed = { mysql: [mysqlPrograms("mysql").client], mongosh: mongoshProgram() };
  for (const [name, command] of Object.entries(installed)) {
    const file = join(programs, name);
    await writeFile(file, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
    await chmod(file, 0o755);
  }
  path = `${programs}:${process.env["PATH"] ?? ""}`;
  await plane.startGateway();
  await plane.run(["apply", "-f", plane.documents], { environment: plane.local });
  await plane.startAgent();
  await logIn(plane, "bob");
}, START_MS);
afterAll(async () => {
  await opened.disposeAsync();
});

const bob = (args: readonly string[], input = "") => plane.run(args, { as: "bob", environment: { PATH: path }, input });

describe("sallyport mysql", () => {
  it("starts MySQL's own program, ready to go", async () => {
    const { output, errors, code } = await bob(["mysql", "mysql", "--", "-Nse", "select 40 + 2"]);
    expect({ output, errors, code }).toEqual({ output: "42\n", errors: "", code: 0 });
  });

  it("refuses what another program is for", async () => {
    const { errors, code } = await bob(["psql", "mysql"]);
    expect(code).toBe(1);
    expect(errors).toContain("What to do: sallyport mysql mysql");
  });
});

describe("sallyport mongosh", () => {
  it("starts MongoDB's shell, ready to go", async () => {
    const typed = "print('sum ' + db.runCommand({ ping: 1 }).ok + db.getName())\nexit\n";
    const { output, code } = await bob(["mongosh", "mongo", "--", "--quiet"], typed);
    expect(output).toMatch(/sum 1\w+/);
    expect(code).toBe(0);
  });
});

describe("sallyport doctor", () => {
  it.each(["mysql", "mongo"])("goes all the way to %s", async (connection) => {
    const { output, code } = await bob(["doctor", connection]);
    expect(output).toMatch(/✓ query +the database answered in \d+ ms\n$/);
    expect(code).toBe(0);
  });
});
