import type { Outcome } from "@sallyport/shared/statement";
import type { Reply } from "./exchange.ts";

/** The statement that the answer is at has run. */
export function completed({ running, done, rows }: Reply): Outcome {
  return { permit: running[done]?.permit ?? "", result: "completed", code: "OK", rows };
}

/** The statement that the answer is at has failed, and those behind it do not run. */
export function failed({ running, done, rows }: Reply, code: string): readonly Outcome[] {
  return running
    .slice(done)
    .map(({ permit }, index) =>
      index === 0 ? { permit, result: "failed", code, rows } : { permit, result: "skipped", code: "", rows: 0 },
    );
}
