import { cacheFolder } from "./cache.mjs";
import { ensureJavaDrivers, ensureMongosh, ensurePythonDrivers } from "./client-libraries.mjs";
import { ensureFerretDb } from "./ferretdb.mjs";
import { ensureMysqlServers } from "./mysql-servers.mjs";

/**
 * Makes sure of the servers and clients that the tests use, and returns the environment by which the tests find them. What needs a
 * program that this machine lacks is left out, and said; the tests then run with what there is. Running servers of one's own take the
 * place of the fetched ones by SALLYPORT_TEST_MYSQL_URL and SALLYPORT_TEST_MONGO_URL.
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function ensureTestServers() {
  if (!isSet("SALLYPORT_TEST_MYSQL_URL")) await ensureMysqlServers();
  if (!isSet("SALLYPORT_TEST_MONGO_URL") && !(await ensureFerretDb())) {
    leftOut("FerretDB", "Go 1.24", "the tests' own MongoDB double stands in alone");
  }
  if (!(await ensurePythonDrivers()))
    leftOut("Python's drivers", "Python 3.9 with pip", "the other clients are tested");
  if (!(await ensureJavaDrivers())) leftOut("Java's drivers", "JDK with Maven", "the other clients are tested");
  await ensureMongosh();
  return { SALLYPORT_CACHE: cacheFolder() };
}

function isSet(variable) {
  return (process.env[variable] ?? "") !== "";
}

function leftOut(what, missing, instead) {
  console.log(`  ${what} left out (no ${missing} here): ${instead}.`);
}
