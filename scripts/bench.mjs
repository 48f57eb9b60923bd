// npm run bench: measures the gateway against a direct connection.
import { ensureDatabaseClients } from "./database-clients.mjs";
import { main, run } from "./processes.mjs";
import { ensureInstalled, node, toolEnvironment } from "./setup.mjs";

await main(async () => {
  await ensureInstalled();
  const folders = await ensureDatabaseClients();
  return run(node, ["test/bench/main.ts", ...process.argv.slice(2)], { env: toolEnvironment(folders) });
});
