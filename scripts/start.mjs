// npm start: installs what is needed and starts the demo. With `-- --with mysql,mongo` it gets those servers too.
import { cacheFolder } from "./cache.mjs";
import { ensureFerretDb } from "./ferretdb.mjs";
import { ensureMysqlServers } from "./mysql-servers.mjs";
import { main, run, StepFailure } from "./processes.mjs";
import { ensureInstalled, node, toolEnvironment } from "./setup.mjs";

await main(async () => {
  await ensureInstalled();
  const given = process.argv.slice(2);
  const servers = await ensureServers(databasesIn(given));
  const args = ["packages/cli/src/main.ts", "demo", ...given];
  // the demo ends its own processes in order, and the databases write what they hold
  return run(node, args, { env: { ...toolEnvironment(), ...servers }, graceMs: 30_000 });
});

/** What `--with` names; whether it makes sense is for the demo to say. */
function databasesIn(args) {
  const at = args.findIndex((arg) => arg === "--with" || arg.startsWith("--with="));
  const list = args[at] === "--with" ? args[at + 1] : args[at]?.slice("--with=".length);
  return (list ?? "").split(",");
}

async function ensureServers(databases) {
  if (databases.includes("mysql")) await ensureMysqlServers(["mysql"]);
  if (databases.includes("mongo") && !(await ensureFerretDb())) {
    throw new StepFailure(
      "The demo's MongoDB is FerretDB, which is built from source, and there is no Go 1.24 on this machine.",
      "Install Go 1.24 or later, or leave mongo out of --with.",
    );
  }
  return databases.some((name) => name === "mysql" || name === "mongo") ? { SALLYPORT_CACHE: cacheFolder() } : {};
}
