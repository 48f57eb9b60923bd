const WORD = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/** Walks over the text of a JSON value without making anything of it, so that numbers and order stay as they are. */
export class JsonScanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The character that comes next, behind any space; empty at the end. */
  next(): string {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    this.at = SPACE.lastIndex;
    return this.text.charAt(this.at);
  }

  /** Passes over one character; false: another one stands there. */
  take(character: string): boolean {
    if (this.next() !== character) return false;
    this.at++;
    return true;
  }

  /** Passes over a string with its quotes, or over a number or word; undefined: it is neither. */
  scalar(): string | undefined {
    if (this.next() === '"') return this.#string();
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0];
    if (word !== undefined) this.at += word.length;
    return word;
  }

  /** Passes over one value, however deep, and shows each string, key and word in it; false: it cannot be read. */
  skip(visit?: (token: string, start: number) => void): boolean {
    const closers: string[] = [];
    do {
      const character = this.next();
      if (character === "{" || character === "[") {
        closers.push(character === "{" ? "}" : "]");
        this.at++;
      } else if (character === "}" || character === "]") {
        if (closers.pop() !== character) return false;
        this.at++;
      } else if (character === "," || character === ":") {
        if (closers.length === 0) return false;
        this.at++;
      } else {
        const token = this.scalar();
        if (token === undefined) return false;
        visit?.(token, this.at - token.length);
      }
    } while (closers.length > 0);
    return true;
  }

  #string(): string | undefined {
    const start = this.at;
    for (let at = start + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 0x5c) at++;
      else if (code === 0x22) {
        this.at = at + 1;
        return this.text.slice(start, this.at);
      }
    }
    return undefined;
  }
}

/** What a JSON string says; undefined: it cannot be read. */
export function unquoteJson(token: string): string | undefined {
  if (!token.includes("\\")) return token.slice(1, -1);
  try {
    const text: unknown = JSON.parse(token);
    return typeof text === "string" ? text : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
