/** The settings of a session that decide what a text means. */
export interface TextModes {
  /** `"x"` is a name, not a text. */
  readonly ansiQuotes: boolean;
  /** A backslash in a text stands for itself. */
  readonly noBackslashEscapes: boolean;
  /** A space may stand between a function's name and its parenthesis; that makes names of functions reserved. */
  readonly ignoreSpace: boolean;
  /** The character set that the server takes the client's bytes to be in. Only sets in which ASCII bytes are ASCII are followed. */
  readonly characterSet: string;
}
