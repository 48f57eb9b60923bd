// npm test: format, lint, types, unused code, and every test. With arguments only the tests they name: npm test -- PATH
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDatabaseClients } from "./database-clients.mjs";
import { main, run } from "./processes.mjs";
import { ensureInstalled, node, seconds, toolEnvironment, tools } from "./setup.mjs";
import { ensureTestServers } from "./test-servers.mjs";

/** The tests start the same programs hundreds of times: what Node once compiled of a file it reads from here until the file changes. */
const compiled = { NODE_COMPILE_CACHE: join(tools, "compiled") };
const bin = (name) => join("node_modules", ".bin", name);
const checks = [
  {
    name: "format",
    command: bin("oxfmt"),
    args: ["--check", "."],
    nextStep: "Let the formatter do it: npm run format",
  },
  {
    name: "lint",
    command: bin("oxlint"),
    args: ["--type-aware", "--deny-warnings"],
    nextStep: "Repair what is listed above; npm run lint shows it again.",
  },
  {
    name: "types",
    command: bin("tsc"),
    args: ["--noEmit"],
    nextStep: "Repair what is listed above; npm run types shows it again.",
  },
  {
    name: "unused",
    command: bin("knip"),
    args: [],
    nextStep: "Remove what nothing uses; npm run unused shows it again.",
  },
];

await main(async () => {
  const chosen = process.argv.slice(2);
  await ensureInstalled();
  const folders = await ensureDatabaseClients();
  const environment = { ...toolEnvironment(folders), ...compiled, ...(await ensureTestServers()) };
  for (const { name, command, args, nextStep } of chosen.length === 0 ? checks : []) {
    const code = await step(name, command, args, environment);
    if (code === 0) continue;
    console.error(`\n✗ The step "${name}" failed.\n  What to do: ${nextStep}`);
    console.log("0 passed, 1 failed");
    return code;
  }
  return runTests(chosen, environment);
});

async function runTests(chosen, environment) {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-test-"));
  try {
    const file = join(folder, "counts.json");
    const reporters = ["--reporter=default", "--reporter=./scripts/count-reporter.mjs"];
    const args = ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...chosen];
    const code = await step("tests", node, args, { ...environment, SALLYPORT_COUNTS: file });
    const { passed, failed } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { passed: 0, failed: 1 };
    // whatever else ends the run with an error is a failure too
    const failures = code === 0 ? failed : Math.max(failed, 1);
    if (failures > 0) {
      console.error(
        '\n✗ The step "tests" failed.\n  What to do: see the failures above; npm test -- PATH runs one file again.',
      );
    }
    console.log(`${passed} passed, ${failures} failed`);
    return failures > 0 && code === 0 ? 1 : code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function step(name, command, args, environment) {
  console.log(`▸ ${name}`);
  const begun = Date.now();
  const code = await run(command, args, { env: environment });
  console.log(`  ${name}: ${code === 0 ? "ok" : "failed"} after ${seconds(begun)}`);
  return code;
}
