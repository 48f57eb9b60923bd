import { GatewayError } from "./errors.ts";
import type { ResultPlan } from "./masks/result-plan.ts";

/** Not exported: without it no other module can make a value of the type `Permit`. */
const minted = Symbol("minted");

/** The single-use value without which no statement reaches the server. */
export interface Permit {
  readonly [minted]: true;
  /** Names the statement in the session's recording. */
  readonly id: string;
  /** What becomes of the statement's result; undefined: it passes as it comes. */
  readonly plan: ResultPlan | undefined;
  /** Uses the permit up; a second call throws. An inspector calls it as it lets the statement pass. */
  spend(): void;
}

/** Makes a permit. Only the policy gate may call this, once a statement is decided and recorded; a test holds that. */
export function mintPermit(id: string, plan?: ResultPlan): Permit {
  let spent = false;
  return {
    [minted]: true,
    id,
    plan,
    spend() {
      if (spent) throw new GatewayError("internal/unexpected", `permit ${id} was spent twice`);
      spent = true;
    },
  };
}
