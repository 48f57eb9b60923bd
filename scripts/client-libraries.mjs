import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, ensureCached, fetchStep } from "./cache.mjs";
import { outputOf } from "./processes.mjs";

const PYTHON_PACKAGES = ["PyMySQL==1.2.4", "cryptography==50.0.2", "pymongo==4.20.1"];
const JAVA_PACKAGES = ["com.mysql:mysql-connector-j:9.5.0", "org.mongodb:mongodb-driver-sync:5.8.1"];
const MONGOSH = "2.12.0";
const nextStep =
  "Check that the package registry can be reached and the disk has room, then run the same command again.";

/** Drivers for PYTHONPATH. Without Python 3.9 or its pip they are left out; returns whether they are there. */
export async function ensurePythonDrivers() {
  const minor = /^Python 3\.(\d+)/.exec((await outputOf("python3", ["--version"])) ?? "")?.[1];
  if (Number(minor ?? 0) < 9 || (await outputOf("python3", ["-m", "pip", "--version"])) === undefined) return false;
  await ensureCached(join(cacheFolder(), "python-drivers"), {
    // one of them is compiled for the version of Python
    version: `3.${minor}-${keyOf(PYTHON_PACKAGES)}`,
    announce: "Fetching Python's MySQL and MongoDB drivers (15 MB, some 15 s)",
    make: (partial) =>
      fetchStep(["python3", "-m", "pip", "install", "--quiet", "--target", partial, ...PYTHON_PACKAGES], {
        what: "Python's drivers",
        nextStep,
      }),
  });
  return true;
}

/** The jars of Java's drivers. Without a JDK and Maven they are left out; returns whether they are there. */
export async function ensureJavaDrivers() {
  const tools = await Promise.all(["javac", "mvn"].map((program) => outputOf(program, ["-version"])));
  if (tools.includes(undefined)) return false;
  await ensureCached(join(cacheFolder(), "java-drivers"), {
    version: keyOf(JAVA_PACKAGES),
    announce: "Fetching Java's MySQL and MongoDB drivers (10 MB, some 20 s)",
    make: async (partial) => {
      const project = join(partial, "project");
      mkdirSync(project);
      writeFileSync(join(project, "pom.xml"), projectNaming(JAVA_PACKAGES));
      const jars = join(partial, "jars");
      await fetchStep(["mvn", "-q", "-B", "-f", project, "dependency:copy-dependencies", `-DoutputDirectory=${jars}`], {
        what: "Java's drivers",
        nextStep,
      });
      rmSync(project, { recursive: true });
    },
  });
  return true;
}

/** MongoDB's shell. With its hundreds of packages it is a program of its own, not a part of the project's installation. */
export async function ensureMongosh() {
  await ensureCached(join(cacheFolder(), "mongosh"), {
    version: MONGOSH,
    announce: "Fetching mongosh (from npm, 150 MB unpacked, some 45 s)",
    make: async (partial) => {
      writeFileSync(join(partial, "package.json"), "{}\n");
      const options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
      await fetchStep(["npm", "install", ...options, `mongosh@${MONGOSH}`], {
        what: "mongosh",
        nextStep,
        cwd: partial,
      });
    },
  });
}

function keyOf(packages) {
  return createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 12);
}

function projectNaming(packages) {
  const dependencies = packages.map((name) => {
    const [group, artifact, version] = name.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>sallyport</groupId><artifactId>drivers</artifactId><version>1</version>
<dependencies>${dependencies.join("")}</dependencies></project>\n`;
}
