import { parseArgs } from "node:util";
import { measureBulk } from "./measure-bulk.ts";
import { measureCostly } from "./measure-costly.ts";
import { measureDecisions } from "./measure-decisions.ts";
import { measureDistinct } from "./measure-distinct.ts";
import { measureMasking } from "./measure-masking.ts";
import { measureMemory } from "./measure-memory.ts";
import { measureSelect } from "./measure-select.ts";
import { startStack } from "./stack.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

/** Quick is enough to see a change of a tenth; the full run is for numbers to quote. */
const effort = values.quick
  ? {
      scale: 5,
      seconds: 3,
      rounds: 2,
      bulkRows: 2_000_000,
      maskedRows: 40_000,
      statements: 200_000,
      decisions: 20_000,
      distinct: 50_000,
      parses: 5_000,
    }
  : {
      scale: 10,
      seconds: 10,
      rounds: 3,
      bulkRows: 10_000_000,
      maskedRows: 500_000,
      statements: 1_000_000,
      decisions: 100_000,
      distinct: 1_000_000,
      parses: 100_000,
    };

const wanted = (part: string): boolean => values.only === undefined || values.only === part;

// in this process, without a server
if (wanted("decisions")) await measureDecisions(effort);
if (wanted("costly")) await measureCostly();
if (wanted("distinct")) await measureDistinct(effort);

if (["select", "bulk", "masking", "memory"].some(wanted)) {
  console.log("Starting a server, a gateway and an agent, each a process of its own …");
  await using stack = await startStack(effort.scale);
  console.log(
    "Every figure is of direct and through runs that alternate; TLS to the client on both, policy and recording on.\n",
  );
  if (wanted("select")) await measureSelect(stack, effort);
  if (wanted("bulk")) await measureBulk(stack, effort);
  if (wanted("masking")) await measureMasking(stack, effort);
  if (wanted("memory")) await measureMemory(stack, effort);
}
