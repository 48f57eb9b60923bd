// npm run charts: renders the Helm charts with Helm's own engine for test/deploy/values, where the tests look at what came out.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder, ensureCached, fetchStep } from "./cache.mjs";
import { main, StepFailure } from "./processes.mjs";

const HELM = "helm-python-sdk==0.2.2";
const nextStep = "Check that Python 3.10 or newer with pip is there and its package registry can be reached.";

await main(async () => {
  const library = await ensureCached(join(cacheFolder(), "helm"), {
    version: HELM.replace("==", "-"),
    announce: "Fetching Helm as a library of Python's (30 MB)",
    make: (partial) =>
      fetchStep(["python3", "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", partial, HELM], {
        what: "Helm",
        nextStep,
      }),
  });
  const sets = readdirSync("test/deploy/values").toSorted();
  const asked = sets.map((file) => ({
    chart: join("deploy/helm", file.split(".")[0]),
    name: "shop",
    values: JSON.parse(readFileSync(join("test/deploy/values", file), "utf8")),
  }));
  const { status, stdout, stderr } = spawnSync("python3", ["test/deploy/render_charts.py"], {
    input: JSON.stringify(asked),
    env: { ...process.env, PYTHONPATH: library },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new StepFailure(`The charts cannot be rendered:\n${stderr}`, "Correct deploy/helm.");
  rmSync("test/deploy/rendered", { recursive: true, force: true });
  mkdirSync("test/deploy/rendered");
  for (const [index, manifests] of JSON.parse(stdout).entries()) write(sets[index], asked[index].chart, manifests);
  console.log(`▸ ${sets.length} value sets rendered into test/deploy/rendered`);
  return 0;
});

function write(set, chart, manifests) {
  const parts = Object.entries(manifests)
    .toSorted(([a], [b]) => a.localeCompare(b, "en"))
    .filter(([path, text]) => /\.(yaml|txt)$/.test(path) && text.trim() !== "");
  const yaml = parts.filter((part) => !isNote(part)).map(([path, text]) => `---\n# ${path}\n${text.trim()}\n`);
  const target = join("test/deploy/rendered", basename(set, ".json"));
  writeFileSync(`${target}.yaml`, [`# from ${digestOf(chart, set)}\n`, ...yaml].join(""));
  writeFileSync(
    `${target}.txt`,
    `${parts
      .filter(isNote)
      .map(([, text]) => text.trim())
      .join("\n")}\n`,
  );
}

function isNote([path]) {
  return path.endsWith(".txt");
}

/** Of all that a rendering follows from; test/deploy/charts.test.ts makes the same. */
function digestOf(chart, set) {
  const files = readdirSync(chart, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of [...files.toSorted(), join("test/deploy/values", set)])
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
