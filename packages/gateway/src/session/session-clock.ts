import { GatewayError } from "@sallyport/shared/errors";

/** Node's timers take no more; a longer wait is made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What ends a session by the passing of time. */
export interface SessionClockParts {
  /** Not to be outlived: the credential's end, or policy's `max`. */
  readonly expires: Date;
  readonly idleMs: number | undefined;
  /** Whether the server is at work for the client, which is not idling. */
  readonly isBusy: () => boolean;
  /** Asks policy whether there is still access: throws when there is none, else says when time alone may change that. */
  readonly nextCheck: () => Date | undefined;
  readonly onEnd: (error: GatewayError) => void;
}

/** Ends a session when its time has come: expired, idle for too long, or without access. */
export class SessionClock {
  readonly #parts: SessionClockParts;
  #lastActivity = performance.now();
  #expiry: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #access: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: SessionClockParts) {
    this.#parts = parts;
    this.#watchExpiry();
    if (parts.idleMs !== undefined) this.#watchIdle(parts.idleMs, parts.idleMs);
    this.#watchAccess();
  }

  /** Called for every chunk in either direction, so it must cost nothing. */
  activity(): void {
    this.#lastActivity = performance.now();
  }

  /** Policy may have changed: ask now, and plan anew. */
  recheckAccess(): void {
    clearTimeout(this.#access);
    this.#watchAccess();
  }

  /** Final: nothing is watched from here on, whatever is asked. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#expiry);
    clearTimeout(this.#idle);
    clearTimeout(this.#access);
  }

  #watchExpiry(): void {
    if (this.#stopped) return;
    const left = this.#parts.expires.getTime() - Date.now();
    if (left <= 0)
      this.#end(
        new GatewayError("session/expired", `the session's time was up at ${this.#parts.expires.toISOString()}`),
      );
    else this.#expiry = setTimeout(() => this.#watchExpiry(), Math.min(left, LONGEST_TIMER_MS));
  }

  #watchIdle(idleMs: number, waitMs: number): void {
    if (this.#stopped) return;
    this.#idle = setTimeout(
      () => {
        if (this.#parts.isBusy()) this.activity();
        const left = idleMs - (performance.now() - this.#lastActivity);
        if (left <= 0) this.#end(new GatewayError("session/idle", `idle for ${idleMs} ms`));
        else this.#watchIdle(idleMs, Math.ceil(left));
      },
      Math.min(waitMs, LONGEST_TIMER_MS),
    );
  }

  #watchAccess(): void {
    if (this.#stopped) return;
    try {
      const next = this.#parts.nextCheck();
      if (next === undefined) return;
      const wait = Math.max(0, next.getTime() - Date.now());
      this.#access = setTimeout(() => this.#watchAccess(), Math.min(wait, LONGEST_TIMER_MS));
    } catch (error) {
      this.#end(GatewayError.from(error));
    }
  }

  #end(error: GatewayError): void {
    this.stop();
    this.#parts.onEnd(error);
  }
}
