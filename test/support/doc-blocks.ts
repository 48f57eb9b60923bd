import { readFileSync } from "node:fs";

/** Commands of a page, run in one shell, and what the page says they print; undefined: it does not say. */
export interface DocBlock {
  readonly commands: string;
  readonly printed: string | undefined;
}

/** The blocks marked `sh` of a page of docs, in order. A block marked `text` right behind one says what it prints. */
export function docBlocks(page: string): readonly DocBlock[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", inner = ""]) => ({
    language,
    inner,
  }));
  return blocks.flatMap(({ language, inner }, index) => {
    if (language !== "sh") return [];
    const next = blocks[index + 1];
    return [{ commands: inner, printed: next?.language === "text" ? next.inner.trim() : undefined }];
  });
}

/** What was printed must match, but for how many spaces there are; `…` stands for anything. */
export function asLoosePattern(printed: string): RegExp {
  const escaped = printed.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/ +/g, " +");
  return new RegExp(`^${escaped.replaceAll("…", ".*")}$`, "s");
}
