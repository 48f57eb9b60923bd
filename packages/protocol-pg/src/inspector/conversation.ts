import { randomBytes } from "node:crypto";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { RunningStatement } from "./running-statement.ts";
import { Pipeline } from "./pipeline.ts";
import { MessageSplice } from "../masker/message-splice.ts";
import { PlannedResult } from "./planned-result.ts";
import { Progress } from "@sallyport/shared/stream/progress";
import type { SessionObjects } from "./session-objects.ts";
import { SessionNames } from "./session-names.ts";
import { TextSettings } from "./text-settings.ts";

/**
 * Where the client's sending stands:
 * `ready`: the next message is read on its own. `skipping`: after an error, until Sync, the server reads nothing, and
 * so nothing is sent on. `copying`: the server takes COPY data.
 */
export type ClientMode = "ready" | "skipping" | "copying";

/** What both directions of one session know together. Only the inspector's two halves touch it. */
export class Conversation {
  readonly pipeline = new Pipeline();
  readonly names = new SessionNames();
  readonly progress = new Progress();
  readonly textSettings: TextSettings;
  readonly #splice = new MessageSplice();
  /** A portal that never exists: executing it makes the server fail, and with that follow every rule of a native error. */
  readonly refusalPortal = `refused-${randomBytes(16).toString("hex")}`;
  mode: ClientMode = "ready";
  /**
   * The client was told that a statement failed with which the server may not be done: nothing that the server answers is
   * passed on, and nothing more is sent, until it is ready again.
   */
  isEnding = false;
  /** The client has sent something since the server was last ready outside of a transaction. */
  inTransaction = false;
  /** A statement that touches masked columns has run in the transaction that may be open. */
  hasTouchedMasked = false;
  /** The server has said why it ends the session; the client needs no word of ours. */
  serverSaidGoodbye = false;

  /** Policy lets the session only read, and the server was told at its login. */
  readonly isReadOnly: boolean;

  readonly objects: SessionObjects;

  constructor(facts: ServerFacts, isReadOnly: boolean, objects: SessionObjects) {
    this.isReadOnly = isReadOnly;
    this.objects = objects;
    this.textSettings = new TextSettings(facts.settings);
  }

  /** What applies the statement's plan to its result, of which the server has said nothing yet. */
  resultOf(statement: RunningStatement | undefined): PlannedResult | undefined {
    return statement?.plan === undefined ? undefined : new PlannedResult(statement, statement.plan, this.#splice);
  }
}
