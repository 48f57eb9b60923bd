import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { errorCodes, errorTable } from "./errors.ts";

describe("docs/troubleshooting.md", async () => {
  const page = await readFile(new URL("../../../docs/troubleshooting.md", import.meta.url), "utf8");
  const entries = page.split(/^### /m).slice(1);

  it("has an entry for every error code, and none for another", () => {
    const documented = entries.map((entry) => /^`([^`]+)`\n/.exec(entry)?.[1]);
    expect(documented).toEqual(errorCodes);
  });

  it.each(errorCodes)("quotes %s as clients see it, and says what it means, why it happens and what to do", (code) => {
    const entry = entries.find((text) => text.startsWith(`\`${code}\`\n`)) ?? "";
    expect(entry).toContain(`\n> ${errorTable[code].summary}\n`);
    for (const part of ["Means", "Why", "Next"])
      expect(entry).toMatch(new RegExp(`^- \\*\\*${part}:\\*\\* .{10,}$`, "m"));
  });
});
