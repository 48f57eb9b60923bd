import { randomBytes } from "node:crypto";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { Pipeline } from "./pipeline.ts";
import { Progress } from "@sallyport/shared/stream/progress";
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
  /** A portal that never exists: executing it makes the server fail, and with that follow every rule of a native error. */
  readonly refusalPortal = `refused-${randomBytes(16).toString("hex")}`;
  mode: ClientMode = "ready";
  /** The server has said why it ends the session; the client needs no word of ours. */
  serverSaidGoodbye = false;

  constructor(facts: ServerFacts) {
    this.textSettings = new TextSettings(facts.settings);
  }
}
