import { existsSync } from "node:fs";
import { join } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { isExecutable } from "../find-on-path.ts";
import { cachedFolder } from "./cached-folder.ts";

/** MySQL and MariaDB speak one protocol and are started in one way, but for a few options. */
export type MysqlFlavour = "mysql" | "mariadb";

/** The programs of one installation. */
export interface MysqlPrograms {
  readonly flavour: MysqlFlavour;
  readonly server: string;
  /** The command-line client. */
  readonly client: string;
  /** The SQL texts that make MariaDB's system tables; MySQL has them built in. */
  readonly share: string;
}

const names = {
  mysql: { label: "MySQL", variable: "SALLYPORT_MYSQL_HOME", servers: ["mysqld"], clients: ["mysql"] },
  mariadb: {
    label: "MariaDB",
    variable: "SALLYPORT_MARIADB_HOME",
    servers: ["mariadbd", "mysqld"],
    clients: ["mariadb", "mysql"],
  },
} as const;

/** The programs that the environment names, or those that the project's set-up fetched; undefined: there are none. */
export function findMysqlPrograms(flavour: MysqlFlavour): MysqlPrograms | undefined {
  const { variable, servers, clients } = names[flavour];
  const own = process.env[variable];
  const home = own === undefined || own === "" ? cachedFolder(flavour) : own;
  if (home === undefined) return undefined;
  const find = (programs: readonly string[]): string | undefined =>
    ["bin", "sbin", "libexec"]
      .flatMap((folder) => programs.map((program) => join(home, folder, program)))
      .find((path) => isExecutable(path));
  const server = find(servers);
  const client = find(clients);
  if (server === undefined || client === undefined) {
    throw new CommandFailure(
      `${home} holds no ${server === undefined ? servers[0] : clients[0]} below bin, sbin or libexec.`,
      `Name the folder of an installation by ${variable}, or leave it unset to use what the set-up fetches.`,
    );
  }
  const shares = ["usr/share/mariadb", "share/mariadb", "share/mysql", "share"].map((name) => join(home, name));
  return { flavour, server, client, share: shares.find((path) => existsSync(path)) ?? home };
}

/** As `findMysqlPrograms`, but what is missing is an error that says how to get it. */
export function mysqlPrograms(flavour: MysqlFlavour): MysqlPrograms {
  const found = findMysqlPrograms(flavour);
  if (found !== undefined) return found;
  const { label, variable } = names[flavour];
  throw new CommandFailure(
    `The programs of ${label} are not here.`,
    `"npm test" and "npm start -- --with mysql" fetch them; or name the folder of an installation by ${variable}.`,
  );
}
