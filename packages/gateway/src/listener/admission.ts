import type { Standing } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { addressKey } from "../login/address-key.ts";

/** How many connections may be open, and how many of them without a login: about to make one, or only watching. */
export interface AdmissionLimits {
  readonly connections: number;
  readonly loggingIn: number;
  readonly loggingInPerAddress: number;
  readonly watching: number;
  readonly watchingPerAddress: number;
}

/** A connection's place in the count. Both may be called more than once. */
export interface Place {
  /** How the connection stands from now on. Once logged in it no longer counts against its address. Throws `login/too-many-connections`. */
  stand(standing: Standing | "logged-in"): void;
  release(): void;
}

/** Counts connections, so that nobody who has not logged in can use up what those need who have. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #crowds: Readonly<Record<Standing, Crowd>>;
  #connections = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#crowds = {
      "logging-in": new Crowd("logging in", limits.loggingIn, limits.loggingInPerAddress),
      watching: new Crowd("watching", limits.watching, limits.watchingPerAddress),
    };
  }

  /** Throws `login/too-many-connections`. */
  admit(address: string): Place {
    const { connections } = this.#limits;
    if (this.#connections >= connections) throw tooMany(`${connections} connections are open`);
    this.#crowds["logging-in"].join(address);
    this.#connections++;
    return this.#place(address);
  }

  #place(address: string): Place {
    let at: Standing | "logged-in" | "released" = "logging-in";
    const leave = (): void => {
      if (at !== "logged-in" && at !== "released") this.#crowds[at].leave(address);
    };
    return {
      stand: (standing) => {
        if (at === "released" || at === "logged-in" || at === standing) return;
        if (standing !== "logged-in") this.#crowds[standing].join(address);
        leave();
        at = standing;
      },
      release: () => {
        if (at === "released") return;
        leave();
        at = "released";
        this.#connections--;
      },
    };
  }
}

/** Connections that stand alike, in all and by address. */
class Crowd {
  readonly #doing: string;
  readonly #limit: number;
  readonly #limitPerAddress: number;
  readonly #perAddress = new Map<string, number>();
  #size = 0;

  constructor(doing: string, limit: number, limitPerAddress: number) {
    this.#doing = doing;
    this.#limit = limit;
    this.#limitPerAddress = limitPerAddress;
  }

  join(address: string): void {
    const key = addressKey(address);
    const ofAddress = this.#perAddress.get(key) ?? 0;
    if (this.#size >= this.#limit) throw tooMany(`${this.#limit} connections are ${this.#doing}`);
    if (ofAddress >= this.#limitPerAddress) {
      throw tooMany(`${this.#limitPerAddress} connections of ${address} are ${this.#doing}`);
    }
    this.#size++;
    this.#perAddress.set(key, ofAddress + 1);
  }

  leave(address: string): void {
    const key = addressKey(address);
    this.#size--;
    const left = (this.#perAddress.get(key) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(key);
    else this.#perAddress.set(key, left);
  }
}

function tooMany(what: string): GatewayError {
  return new GatewayError("login/too-many-connections", what);
}
