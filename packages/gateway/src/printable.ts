// C0, C1, DEL, bidirectional and other format controls, lone surrogates, line separators: what could forge or hide a line of a log
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

// people paste tokens into the wrong field: two parts of a JWT, both base64url of a JSON object
const token = /\bey[\w-]{8,}\.ey[\w-]+(?:\.[\w-]*)?/g;

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
}

/** Text from outside, fit for one line of a log: bounded in length, what does not print escaped, what looks like a token left out. */
export function printable(text: string, maxLength = 200): string {
  // cut first, so that the work is bounded too; a token cut in its header tells nothing
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(token, "[token]").replace(unprintable, escaped);
}

/** `printable` in quotation marks, for the message of an error. */
export function quoted(text: string, maxLength = 80): string {
  return `"${printable(text, maxLength)}"`;
}
