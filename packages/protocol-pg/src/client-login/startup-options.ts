import { GatewayError } from "@sallyport/shared/errors";

/**
 * Settings in the startup parameter `options`, as a server's command line would have them: `-c name=value`, `-cname=value` or
 * `--name=value`, with `-` for `_` in names and a backslash in front of a space that belongs to a value.
 */
export function parseStartupOptions(text: string): readonly (readonly [name: string, value: string])[] {
  const words = splitWords(text);
  const settings: [string, string][] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word.startsWith("--")) settings.push(assignment(word.slice(2)));
    else if (word === "-c") settings.push(assignment(words[++at] ?? ""));
    else if (word.startsWith("-c")) settings.push(assignment(word.slice(2)));
    else throw refused(word);
  }
  return settings;
}

function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (/[ \t\n\v\f\r]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + (character === "\\" ? text.charAt(++at) : character);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function assignment(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw refused(text);
  return [text.slice(0, equals).replaceAll("-", "_"), text.slice(equals + 1)];
}

function refused(word: string): GatewayError {
  return new GatewayError("login/setting-refused", `the startup options hold ${JSON.stringify(word)}`, {
    detail: `The option ${JSON.stringify(word)} in "options" is not of the form -c name=value.`,
  });
}
