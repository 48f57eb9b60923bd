import type { ServerStep } from "@sallyport/shared/adapter";
import { pieceOf } from "@sallyport/shared/bytes/piece";
import type { Frame } from "@sallyport/shared/frame";
import type { Conversation } from "./conversation.ts";
import { currentOf } from "./expected-reply.ts";
import type { RunningStatement } from "./running-statement.ts";
import { finderOf } from "../masker/finder-of.ts";
import { hideTexts, isShownSetting, replaceFinds } from "./hidden-texts.ts";

const VERBATIM: ServerStep = { kind: "verbatim" };

/** Knows when what the server says may quote masked values, and hides it then. */
export class ShownTexts {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  /** A statement has run, or a part of it: what it has put off may still be said in its transaction. */
  ran(statement: RunningStatement | undefined): void {
    if (statement?.plan?.hidesTexts === true) this.#conversation.hasTouchedMasked = true;
  }

  /** Of an error or a notice. */
  ofTexts(frame: Frame): ServerStep {
    if (this.#mayQuote()) return { kind: "rewritten", piece: pieceOf(hideTexts(frame)) };
    const plan = currentOf(this.#conversation.pipeline.oldest)?.plan;
    const finder = plan === undefined ? undefined : finderOf(plan);
    const bytes = finder === undefined ? undefined : replaceFinds(frame, finder);
    return bytes === undefined ? VERBATIM : { kind: "rewritten", piece: pieceOf(bytes) };
  }

  /** Servers report settings only once they are ready again, for all that has run since. */
  showsSetting(name: string, value: string): boolean {
    return isShownSetting(name, value) || !(this.#mayQuote() || this.#conversation.hasTouchedMasked);
  }

  #mayQuote(): boolean {
    const { hasTouchedMasked, pipeline } = this.#conversation;
    const { oldest } = pipeline;
    if (oldest?.kind === "describe") return oldest.ownFor?.plan.hidesTexts === true;
    const current = currentOf(oldest);
    if (current?.plan?.hidesTexts === true) return true;
    if (!hasTouchedMasked) return false;
    // A deferred check quotes the row that an earlier statement has written.
    switch (oldest?.kind) {
      case undefined:
      case "sync":
        return true;
      case "execute":
      case "query":
        return current === undefined || current.settles;
      case "parse":
      case "bind":
      case "close":
      case "refused":
        return false;
    }
  }
}
