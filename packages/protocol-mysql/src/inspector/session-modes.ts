import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { statusFlag } from "../messages/status-flags.ts";
import { fact } from "../server-facts.ts";
import { isFollowedCharacterSet } from "../statements/character-sets.ts";
import { changedParts, type ModeChange } from "../statements/mode-change.ts";
import { parseSqlMode, type ModeParts } from "../statements/sql-mode.ts";
import type { TextModes } from "../statements/text-modes.ts";

/** What decides how a session begins and how it is reset. */
export interface ModesOrigin {
  readonly flavour: "mysql" | "mariadb";
  readonly facts: ServerFacts;
  /** The client's flag, which adds the mode at its login. */
  readonly ignoreSpace: boolean;
}

/** The server's words for how it reads texts. */
export interface ResetModes {
  readonly sqlMode: string;
  readonly characterSet: string;
}

/** How the server reads the session's texts, as far as that is sure: mode and character set change by different ways, and may be in doubt one by one. */
export class SessionModes {
  readonly #origin: ModesOrigin;
  #parts: ModeParts | undefined;
  #characterSet: string | undefined;
  #known: TextModes | undefined;

  constructor(origin: ModesOrigin) {
    this.#origin = origin;
    const { settings } = origin.facts;
    this.#become(parseSqlMode(settings[fact.sqlMode] ?? ""), followed(settings[fact.characterSetClient] ?? ""));
  }

  /** Undefined while any of it is in doubt, or cannot be followed. */
  get known(): TextModes | undefined {
    return this.#known;
  }

  /** A statement has carried out these changes, in the modes of now. */
  apply(changes: readonly ModeChange[]): void {
    for (const change of changes) {
      this.#become(changedParts(this.#parts, change), change.characterSet ?? this.#characterSet);
    }
  }

  /** A statement that would have made these changes has failed: nobody can tell how much of it was carried out. */
  doubt(changes: readonly ModeChange[]): void {
    for (const change of changes) {
      const isSame = sameParts(this.#parts, changedParts(this.#parts, change));
      const keepsSet = (change.characterSet ?? this.#characterSet) === this.#characterSet;
      this.#become(isSame ? this.#parts : undefined, keepsSet ? this.#characterSet : undefined);
    }
  }

  /** The server says what a setting is now, by whatever statement or routine it came to be so. */
  setting(name: string, value: string): void {
    if (name === "character_set_client") this.#become(this.#parts, followed(value));
    if (name === "sql_mode") this.#become(parseSqlMode(value), this.#characterSet);
  }

  /** The status of an answer tells of some modes whether they are on. Where it contradicts, a change has gone unseen. */
  status(status: number): void {
    if (this.#parts === undefined) return;
    const isOn = (flag: number): boolean => (status & flag) !== 0;
    const agrees =
      isOn(statusFlag.NO_BACKSLASH_ESCAPES) === this.#parts.noBackslashEscapes &&
      (this.#origin.flavour === "mysql" || isOn(statusFlag.ANSI_QUOTES) === this.#parts.ansiQuotes);
    if (!agrees) this.#become(undefined, this.#characterSet);
  }

  /** Where a session stands after COM_RESET_CONNECTION, as the server's own settings were at the login. */
  get atReset(): ResetModes {
    const { flavour, facts, ignoreSpace } = this.#origin;
    const isMysql = flavour === "mysql";
    const sqlMode = facts.settings[fact.globalSqlMode] ?? "";
    return {
      // MySQL alone keeps what the client's flag added at the login, and MariaDB alone the login's character set
      sqlMode: isMysql && ignoreSpace ? `${sqlMode},IGNORE_SPACE` : sqlMode,
      characterSet: facts.settings[isMysql ? fact.globalCharacterSetClient : fact.characterSetClient] ?? "",
    };
  }

  /** The session was put back to `atReset`. */
  reset(): void {
    const { sqlMode, characterSet } = this.atReset;
    this.#become(parseSqlMode(sqlMode), followed(characterSet));
  }

  #become(parts: ModeParts | undefined, characterSet: string | undefined): void {
    this.#parts = parts;
    this.#characterSet = characterSet;
    this.#known = parts === undefined || characterSet === undefined ? undefined : { ...parts, characterSet };
  }
}

function followed(characterSet: string): string | undefined {
  return isFollowedCharacterSet(characterSet) ? characterSet.toLowerCase() : undefined;
}

function sameParts(left: ModeParts | undefined, right: ModeParts | undefined): boolean {
  return (
    left?.ansiQuotes === right?.ansiQuotes &&
    left?.noBackslashEscapes === right?.noBackslashEscapes &&
    left?.ignoreSpace === right?.ignoreSpace
  );
}
