// npm run evasions: tries the attack cases on the gateway.
import { main, run } from "./processes.mjs";
import { ensureInstalled, node, toolEnvironment } from "./setup.mjs";

// stdout is for what comes of it alone: with --serve that is one line of JSON
console.log = console.error;

await main(async () => {
  await ensureInstalled();
  return run(node, ["test/evasions/main.ts", ...process.argv.slice(2)], { env: toolEnvironment([]) });
});
