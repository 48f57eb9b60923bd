import { writeFileSync } from "node:fs";

/** Counts the tests that really ran, for the last line of `npm test`. Vitest loads it by its path and makes one. */
export default class CountReporter {
  onTestRunEnd(modules, errors) {
    let passed = 0;
    // an error outside of every test, and a file that could not even be loaded
    let failed = errors.length;
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      passed += states.filter((state) => state === "passed").length;
      const broken = states.filter((state) => state === "failed").length;
      failed += broken === 0 && module.state() === "failed" ? 1 : broken;
    }
    writeFileSync(process.env.SALLYPORT_COUNTS, JSON.stringify({ passed, failed }));
  }
}
