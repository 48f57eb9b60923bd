import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { Unseal } from "./unseal.ts";

const EVERY_MS = 30_000;

export interface HealthRoundsOptions {
  readonly unseal: Unseal | undefined;
  /** Has the agent look once. */
  readonly check: (target: OpenSession) => void;
  /** A password that cannot be opened is a server that cannot be logged in to. */
  readonly onFailed: (target: OpenSession, failure: GatewayError) => void;
}

/** Has connections checked whose passwords the agent must not keep, time after time. */
export class HealthRounds {
  readonly #options: HealthRoundsOptions;
  #timer: NodeJS.Timeout | undefined;
  #targets: readonly OpenSession[] = [];

  constructor(options: HealthRoundsOptions) {
    this.#options = options;
  }

  /** These from now on, at once for the first time. */
  watch(targets: readonly OpenSession[]): void {
    this.stop();
    this.#targets = targets;
    if (targets.length === 0) return;
    const round = () => {
      for (const target of targets) void this.#check(target);
    };
    this.#timer = setInterval(round, EVERY_MS).unref();
    round();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#targets = [];
  }

  async #check(target: OpenSession): Promise<void> {
    try {
      const { unseal } = this.#options;
      const ready = unseal === undefined ? target : await unseal(target);
      if (this.#targets.includes(target)) this.#options.check(ready);
    } catch (reason) {
      if (this.#targets.includes(target)) this.#options.onFailed(target, GatewayError.from(reason));
    }
  }
}
