import type { InspectedSession } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Progress } from "@sallyport/shared/stream/progress";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { capability, hasCapability } from "../messages/capabilities.ts";
import { fact, loginSetting, numberIn } from "../server-facts.ts";
import type { ModeParts } from "../statements/sql-mode.ts";
import { initialModes } from "../statements/initial-modes.ts";
import type { TextModes } from "../statements/text-modes.ts";
import type { Exchange, Reply, RunningStatement } from "./exchange.ts";
import { PreparedStatements, type PreparedStatement } from "./prepared-statements.ts";

/** What client and server agreed on at their logins, as far as it decides how messages are laid out. */
export interface Layout {
  readonly client: number;
  readonly deprecateEof: boolean;
  readonly queryAttributes: boolean;
  readonly localFiles: boolean;
  /** Whether the client reads the state in an OK; the server always tells it where it can. */
  readonly clientTracks: boolean;
  readonly serverTracks: boolean;
}

/** What both directions of one session know together. Only the inspector's two halves touch it. */
export class Conversation {
  readonly session: InspectedSession;
  readonly layout: Layout;
  readonly progress = new Progress();
  readonly prepared = new PreparedStatements();
  readonly #afterLogin: TextModes | undefined;
  readonly #afterReset: TextModes | undefined;
  exchange: Exchange = { at: "idle" };
  /** The sequence id of the next packet, whoever sends it. */
  nextSequence = 0;
  /** Whether the client may send several statements in one text. */
  multi: boolean;
  /** Undefined while it is not known, or not safe, how the server reads a text. */
  modes: TextModes | undefined;
  /** What the COM_STMT_PREPARE that runs is of. */
  preparing: Pick<PreparedStatement, "statement" | "text" | "modes"> | undefined;
  /** The server has said why it ends the session; the client needs no word of ours. */
  serverSaidGoodbye = false;

  constructor(facts: ServerFacts, session: InspectedSession) {
    this.session = session;
    const client = numberIn(session.hello.settings, loginSetting.capabilities);
    const negotiated = numberIn(facts.settings, fact.negotiated);
    if (client === undefined || negotiated === undefined) {
      throw new GatewayError("server/malformed", "it is not known what client and server negotiated");
    }
    const has = (flag: number): boolean => hasCapability(client, flag);
    this.layout = {
      client,
      deprecateEof: has(capability.DEPRECATE_EOF),
      queryAttributes: has(capability.QUERY_ATTRIBUTES),
      localFiles: has(capability.LOCAL_FILES),
      clientTracks: has(capability.SESSION_TRACK),
      serverTracks: hasCapability(negotiated, capability.SESSION_TRACK),
    };
    this.multi = has(capability.MULTI_STATEMENTS);
    const setting = (name: string): string => facts.settings[name] ?? "";
    const ignoreSpace = has(capability.IGNORE_SPACE);
    this.#afterLogin = withIgnoreSpace(
      initialModes(setting(fact.sqlMode), setting(fact.characterSetClient)),
      ignoreSpace,
    );
    this.#afterReset = initialModes(setting(fact.globalSqlMode), setting(fact.globalCharacterSetClient));
    this.modes = this.#afterLogin;
  }

  expect(reply: Reply): void {
    this.exchange = { at: "answering", reply };
  }

  /** The answer is complete: the next command may be looked at. */
  settle(): void {
    this.exchange = { at: "idle" };
    this.progress.made();
  }

  /** The server has prepared what it was asked to, and calls it by this number. */
  numberGiven(number: number, parameters: number): void {
    const { preparing } = this;
    this.preparing = undefined;
    if (preparing === undefined)
      throw new GatewayError("server/malformed", "the server prepared what nobody asked for");
    this.prepared.set(number, { ...preparing, parameters, types: undefined, longData: new Map() });
  }

  /** The server has said OK to this statement. */
  carriedOut({ statement: { effect }, modes }: RunningStatement): void {
    if (effect.kind === "modes") this.modes = effect.after;
    if (effect.kind === "deallocate") this.prepared.setNamed(effect.name, undefined);
    if (effect.kind === "prepare" && modes !== undefined) {
      this.prepared.setNamed(effect.name, { statement: effect.prepared, modes });
    }
  }

  /** It has not. A list of settings may have been carried out in part; a name that was to be prepared anew is gone. */
  notCarriedOut({ statement: { effect } }: RunningStatement): void {
    if (effect.kind === "modes") this.modes = undefined;
    if (effect.kind === "prepare") this.prepared.setNamed(effect.name, undefined);
  }

  characterSetIs(characterSet: string | undefined): void {
    this.modes = this.modes === undefined || characterSet === undefined ? undefined : { ...this.modes, characterSet };
  }

  modePartsAre(parts: ModeParts | undefined): void {
    this.modes = this.modes === undefined || parts === undefined ? undefined : { ...this.modes, ...parts };
  }

  /** COM_RESET_CONNECTION puts everything back to the server's own values. Where those are not safe, nothing is read from then on. */
  reset(): void {
    this.prepared.clear();
    this.modes = this.#afterReset;
  }
}

/** The client's flag adds the mode at its login. */
function withIgnoreSpace(modes: TextModes | undefined, ignoreSpace: boolean): TextModes | undefined {
  return modes === undefined || !ignoreSpace ? modes : { ...modes, ignoreSpace: true };
}
