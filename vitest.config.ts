import { defineConfig } from "vitest/config";
import { wasmFlags } from "./packages/cli/src/node-flags.ts";

/** They look at how much is on its way at one moment, which is little where other tests keep the machine busy: they run at the end. */
const needQuiet = ["test/contract/tunnel-delay.test.ts", "test/resilience/long-link.test.ts"];

const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // statements are read as gateways read them, and nobody optimizes the parser for seconds
    execArgv: [...wasmFlags],
    globalSetup: "test/support/state-server-setup.ts",
    projects: [
      {
        test: {
          name: "units",
          include: ["packages/*/src/**/*.test.ts"],
          maxWorkers: 2,
          // one process loads the modules once for many files: what they keep is what a gateway's sessions share too
          isolate: false,
          sequence: { groupOrder: 0 },
          ...limits,
        },
      },
      {
        test: {
          name: "tests",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...needQuiet],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...limits,
        },
      },
      {
        test: { name: "quiet", include: needQuiet, maxWorkers: 1, sequence: { groupOrder: 2 }, ...limits },
      },
    ],
  },
});
