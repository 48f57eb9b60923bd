import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, ensureCached } from "./cache.mjs";
import { unpackDebianPackages, versionOf } from "./debian-packages.mjs";
import { outputOf, StepFailure } from "./processes.mjs";

const flavours = [
  {
    name: "MySQL",
    folder: "mysql",
    variable: "SALLYPORT_MYSQL_HOME",
    major: /^9\./,
    // sid always has the newest MySQL and no other
    source: { suite: "sid", packages: ["mysql-server-core", "mysql-client-core"], leaveOut: /perl/ },
    size: "66 MB, some 20 s",
    server: { program: "mysqld", share: "usr/share/mysql", plugins: "usr/lib/mysql/plugin" },
    clients: ["mysql", "mysqladmin", "mysqldump"],
    clientPlugins: { variable: "LIBMYSQL_PLUGIN_DIR", folder: "usr/lib/mysql/plugin" },
  },
  {
    name: "MariaDB",
    folder: "mariadb",
    variable: "SALLYPORT_MARIADB_HOME",
    major: /^11\./,
    // the package mariadb-server holds the plugins, and needs much that a test server does not
    source: {
      suite: "trixie",
      packages: ["mariadb-server-core", "mariadb-client-core"],
      alone: ["mariadb-server"],
    },
    size: "25 MB, some 15 s",
    server: { program: "mariadbd", share: "usr/share/mariadb", plugins: "usr/lib/mysql/plugin" },
    clients: ["mariadb"],
    clientPlugins: { variable: "MARIADB_PLUGIN_DIR", folder: "usr/lib/*-linux-gnu/libmariadb3/plugin" },
  },
];

/**
 * Makes sure that MySQL and MariaDB are in the cache with their command-line clients. Programs of one's own take their place by
 * SALLYPORT_MYSQL_HOME and SALLYPORT_MARIADB_HOME.
 * @param {readonly string[]} [wanted] folders of the flavours
 */
export async function ensureMysqlServers(wanted = flavours.map(({ folder }) => folder)) {
  for (const flavour of flavours.filter(({ folder }) => wanted.includes(folder))) {
    if (isSet(flavour.variable)) continue;
    await ensureCached(join(cacheFolder(), flavour.folder), {
      announce: `Fetching ${flavour.name} (Debian's packages, ${flavour.size}; nothing is installed into the system)`,
      make: (partial) => fetchFlavour(flavour, partial),
    });
  }
}

async function fetchFlavour({ name, variable, major, source, server, clients, clientPlugins }, partial) {
  const archives = await unpackDebianPackages(partial, {
    ...source,
    what: name,
    nextStep: `Check that Debian's mirror can be reached, or install ${name} yourself and name its folder (the one with bin/ in it) by ${variable}, or a running server by SALLYPORT_TEST_MYSQL_URL=mysql://root:password@host:port`,
  });
  const version = versionOf(archives, source.packages[0]);
  if (!major.test(version)) {
    throw new StepFailure(
      `Debian's ${source.suite} has ${name} ${version}, and the tests were written for ${String(major).slice(2, -3)}.`,
      `Name a folder with the programs of that version by ${variable}.`,
    );
  }
  const bin = join(partial, "bin");
  mkdirSync(bin);
  const own = `--basedir="$root/usr" --lc-messages-dir="$root/${server.share}" --plugin-dir="$root/${server.plugins}"`;
  writeWrapper(join(bin, server.program), `usr/sbin/${server.program}`, `"$@" ${own}`);
  const plugins = [
    `${clientPlugins.variable}=$(echo "$root"/${clientPlugins.folder})`,
    `export ${clientPlugins.variable}`,
  ];
  for (const client of clients) writeWrapper(join(bin, client), `usr/bin/${client}`, '"$@"', plugins);
  for (const program of [server.program, ...clients]) {
    if ((await outputOf(join(bin, program), ["--version"])) !== undefined) continue;
    throw new StepFailure(
      `${name} was fetched, but its program ${program} does not run here.`,
      `Name a folder with programs for this machine by ${variable}.`,
    );
  }
  return version;
}

/** The loader is called by name, so that nothing of the machine's own libraries is mixed in. */
function writeWrapper(file, program, args, settings = []) {
  const lines = [
    "#!/bin/sh",
    'root=$(dirname "$(dirname "$(readlink -f "$0")")")',
    ...settings,
    'loader=$(echo "$root"/usr/lib*/ld-linux-*.so.*)',
    'libraries=$(echo "$root"/usr/lib/*-linux-gnu)',
    `exec "$loader" --library-path "$libraries" "$root/${program}" ${args}`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  chmodSync(file, 0o755);
}

function isSet(variable) {
  const value = process.env[variable];
  if (value === undefined || value === "") return false;
  if (!variable.endsWith("_HOME") || existsSync(value)) return true;
  throw new StepFailure(`${variable} names ${value}, which does not exist.`, "Correct it, or leave it unset.");
}
