import { GatewayError } from "@sallyport/shared/errors";

/** Each of them looks into a file four times a second. */
const MOST = 200;
const MOST_OF_ONE = 20;

/** Bounds how many recordings are read at once, in all and by one caller. */
export class RecordingReaders {
  readonly #counts = new Map<string, number>();
  #all = 0;

  /** Returns how to leave, which is to be called once. Throws `api/rate-limited`. */
  enter(caller: string): () => void {
    const own = this.#counts.get(caller) ?? 0;
    if (this.#all >= MOST || own >= MOST_OF_ONE) throw tooMany(own >= MOST_OF_ONE ? "by you" : "at the moment");
    this.#all += 1;
    this.#counts.set(caller, own + 1);
    return () => {
      this.#all -= 1;
      const left = (this.#counts.get(caller) ?? 1) - 1;
      if (left === 0) this.#counts.delete(caller);
      else this.#counts.set(caller, left);
    };
  }
}

function tooMany(when: string): GatewayError {
  const detail = `Too many recordings are being read ${when}.`;
  return new GatewayError("api/rate-limited", detail, { detail, hint: "End one of them, or try again later." });
}
