import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { SqlEffect } from "../statements/read-text.ts";

/** A statement on its way through the server: what carrying it out does to names, and the permit it runs under. */
export interface RunningStatement {
  readonly effect: SqlEffect;
  readonly permit: string;
  /** What becomes of its result; undefined: it passes as it comes. */
  readonly plan: ResultPlan | undefined;
  /** Whether checks that earlier statements have put off may be made by this one, such as those of deferred constraints. */
  readonly settles: boolean;
  /** The types of its result's columns, as far as they are those of columns of tables: data of COPY comes without. */
  readonly types: readonly (number | undefined)[] | undefined;
}
