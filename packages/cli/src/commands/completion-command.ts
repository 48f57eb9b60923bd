import type { Command } from "commander";

export type Shell = "bash" | "zsh" | "fish";

/** Prints what a shell reads to complete the commands and options that there are. */
export function printCompletion(program: Command, shell: Shell): void {
  console.log(scripts[shell](wordsOf(program, "")));
}

/** For each command, as the words that lead to it, what may follow. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsOf(command: Command, path: string): Words {
  const inner = command.commands.map((one) => one.name());
  const options = command.options.flatMap(({ long }) => long ?? []);
  const own: [string, readonly string[]] = [path, [...inner, ...options, "--help"]];
  return new Map([own, ...command.commands.flatMap((one) => [...wordsOf(one, `${path} ${one.name()}`.trim())])]);
}

const scripts: Readonly<Record<Shell, (words: Words) => string>> = { bash, zsh, fish };

function cases(words: Words): string {
  return [...words].map(([path, following]) => `    "${path}") words="${following.join(" ")}" ;;`).join("\n");
}

function bash(words: Words): string {
  return `_sallyport() {
  local path="" words="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ "$word" == -- ]] && return
    [[ "$word" == -* ]] && continue
    case "\${path:+$path }$word" in
      ${pattern(words)}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases(words)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _sallyport sallyport`;
}

function zsh(words: Words): string {
  return `autoload -U +X bashcompinit && bashcompinit
${bash(words).replace(" && compopt -o default", " && COMPREPLY=()")}`;
}

function fish(words: Words): string {
  const lines = [...words].flatMap(([path, following]) => {
    const given = path.split(" ").filter((word) => word !== "");
    const condition =
      given.length === 0
        ? "__fish_use_subcommand"
        : given.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    return following.map((word) =>
      word.startsWith("--")
        ? `complete -c sallyport -n "${condition}" -l ${word.slice(2)}`
        : `complete -c sallyport -n "${condition}" -f -a ${word}`,
    );
  });
  return lines.join("\n");
}

function pattern(words: Words): string {
  return [...words.keys()].flatMap((path) => (path === "" ? [] : [`"${path}"`])).join(" | ");
}
