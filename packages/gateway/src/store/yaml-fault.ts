/** In place of the library's sentences with a piece of the file in the middle of them. */
const ownWords: Readonly<Record<string, string>> = {
  BAD_DIRECTIVE: "A line begins with % and is no directive",
  BAD_DQ_ESCAPE: "A backslash in double quotes begins no escape that YAML knows",
  TAG_RESOLVE_FAILED: "Unresolved tag; a text that begins with ! must stand in quotes",
};

/** What the library says of a fault, without what it quotes of the file: a password that lacks its quotes is such a fault. */
export function describeFault({ code, message }: { readonly code: string; readonly message: string }): string {
  return ownWords[code] ?? withoutQuotation(message);
}

/** The library quotes behind a colon. */
export function withoutQuotation(message: string): string {
  return message.replace(/: .*$/s, "");
}
