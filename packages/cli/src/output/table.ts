import { shown } from "./shown.ts";

const GAP = "  ";
// East Asian wide and fullwidth characters and most emoji take two cells
const wide =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;

/** Rows under headings, in columns as wide as what is in them; the last one ends where its text does. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows.map((row) => row.map(shown))];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ""))));
  return all
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** Names and what they stand for, one a line. Those that stand for nothing are left out. */
export function fields(pairs: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(pairs).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, shown(value)] as const],
  );
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}${GAP}${value}`).join("\n");
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(text: string): number {
  // most text is plain, and what is not has to be taken apart
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return characters.reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0);
}
