// npm start: installs what is needed and starts the demo.
import { main, run } from "./processes.mjs";
import { ensureInstalled, node, toolEnvironment } from "./setup.mjs";

await main(async () => {
  await ensureInstalled();
  const args = ["packages/cli/src/main.ts", "demo", ...process.argv.slice(2)];
  // the demo ends its own processes in order, and the database writes what it holds
  return run(node, args, { env: toolEnvironment(), graceMs: 30_000 });
});
