import { CommandFailure } from "../command-failure.ts";
import type { ExitCode } from "../exit-codes.ts";

/** What was found at one stage. */
export interface Finding {
  readonly stage: string;
  readonly state: "ok" | "failed" | "skipped";
  readonly detail: string;
  readonly nextStep?: string;
}

/** What a look at a stage gives: a sentence for people, and what later stages need of it. */
export interface Look<T> {
  readonly detail: string;
  readonly value: T;
}

/** Stages that were looked at one after another, until one fails. */
export class Examination {
  readonly findings: Finding[] = [];
  /** Undefined while nothing has failed. */
  exitCode: ExitCode | undefined;
  readonly #told: (finding: Finding) => void;

  constructor(told: (finding: Finding) => void) {
    this.#told = told;
  }

  /** Looks at a stage. Throws what ends the examination where it fails. */
  async stage<T>(stage: string, look: () => Promise<Look<T>>): Promise<T> {
    try {
      const { detail, value } = await look();
      this.#found({ stage, state: "ok", detail });
      return value;
    } catch (reason) {
      if (!(reason instanceof CommandFailure)) throw reason;
      this.exitCode = reason.exitCode;
      this.#found({ stage, state: "failed", detail: reason.message, nextStep: reason.nextStep });
      throw new ExaminationEnded(stage, { cause: reason });
    }
  }

  skip(stage: string, detail: string): void {
    this.#found({ stage, state: "skipped", detail });
  }

  #found(finding: Finding): void {
    this.findings.push(finding);
    this.#told(finding);
  }
}

/** A stage has failed; what it was has been told. */
export class ExaminationEnded extends Error {
  override readonly name = "ExaminationEnded";
}
