// npm run bench: measures the gateway against a direct connection.
import { ensureDatabaseClients } from "./database-clients.mjs";
import { main, run } from "./processes.mjs";
import { ensureInstalled, node, toolEnvironment } from "./setup.mjs";

/** What is measured in the bench's own process is what a gateway does: it runs with the flags of packages/cli/bin/sallyport. */
const gatewayFlags = [
  "--max-semi-space-size=4",
  "--no-wasm-dynamic-tiering",
  "--no-wasm-tier-up",
  "--experimental-wasm-compilation-hints",
];

await main(async () => {
  await ensureInstalled();
  const folders = await ensureDatabaseClients();
  return run(node, [...gatewayFlags, "test/bench/main.ts", ...process.argv.slice(2)], {
    env: toolEnvironment(folders),
  });
});
