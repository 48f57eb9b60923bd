import { GatewayError } from "@sallyport/shared/errors";
import { addressKey } from "../login/address-key.ts";

/** How many connections may be open, and how many of them still without a login. */
export interface AdmissionLimits {
  readonly connections: number;
  readonly loggingIn: number;
  readonly loggingInPerAddress: number;
}

/** A connection's place in the count. Both may be called more than once. */
export interface Place {
  /** It has logged in and no longer counts against its address. */
  loggedIn(): void;
  release(): void;
}

/** Counts connections, so that nobody who has not logged in can use up what those need who have. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #perAddress = new Map<string, number>();
  #connections = 0;
  #loggingIn = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Throws `login/too-many-connections`. */
  admit(address: string): Place {
    const key = addressKey(address);
    const ofAddress = this.#perAddress.get(key) ?? 0;
    const { connections, loggingIn, loggingInPerAddress } = this.#limits;
    if (this.#connections >= connections) throw tooMany(`${connections} connections are open`);
    if (this.#loggingIn >= loggingIn) throw tooMany(`${loggingIn} connections are logging in`);
    if (ofAddress >= loggingInPerAddress)
      throw tooMany(`${loggingInPerAddress} connections of ${address} are logging in`);
    this.#connections++;
    this.#loggingIn++;
    this.#perAddress.set(key, ofAddress + 1);
    return this.#place(key);
  }

  #place(key: string): Place {
    let at: "logging-in" | "logged-in" | "released" = "logging-in";
    const leaveLogin = (): void => {
      this.#loggingIn--;
      const left = (this.#perAddress.get(key) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(key);
      else this.#perAddress.set(key, left);
    };
    return {
      loggedIn() {
        if (at !== "logging-in") return;
        at = "logged-in";
        leaveLogin();
      },
      release: () => {
        if (at === "released") return;
        if (at === "logging-in") leaveLogin();
        at = "released";
        this.#connections--;
      },
    };
  }
}

function tooMany(what: string): GatewayError {
  return new GatewayError("login/too-many-connections", what);
}
